"""How registers/generated comes from registers/*.rdl."""
