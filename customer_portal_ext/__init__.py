"""The customer portal for ERPNext: a company's customers see their own documents by secure link."""

__version__ = "0.1.0"
