"""An amount spread over open items: oldest due first, exact to the cent. No database and no Frappe here."""
