"""Programs that TensorFlow runs in, in processes of their own: what starts them hands over files, and imports none."""
