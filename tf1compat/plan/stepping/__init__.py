"""The signature `step`: one step of a recurrent model, its states in and out, and where they start."""
