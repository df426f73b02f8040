"""Credits set against invoices, through ERPNext's own Payment Reconciliation."""
