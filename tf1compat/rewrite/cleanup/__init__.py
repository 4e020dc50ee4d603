"""What a signature does not need is removed: dead branches, prints, control edges, unread nodes."""
