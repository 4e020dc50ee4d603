"""What authors write in many spellings, each recognised once for all stages that ask."""
