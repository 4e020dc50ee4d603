"""States of recurrent networks: how they are carried, where they start, which placeholder holds them."""
