"""Real Docker engines and real Nix, each in namespaces of their own."""
