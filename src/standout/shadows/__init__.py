"""Shadow models: who is a member of which, training in stacks, and what is stored of each."""
