"""Where the steps of a sequence lie in the tensors of a recurrent model, and which ops keep them apart."""
