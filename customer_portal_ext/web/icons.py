"""Signs that are answers of their own: those inside pages are drawn by templates/portal/components/icons.html."""

# In a frame of a thumbnail's shape, and in a grey that can be seen on light and on dark.
FILE = (
	b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 54" fill="none" stroke="#7a808c" stroke-width="2" '
	b'stroke-linejoin="round"><path d="M28 15h11l6 6v18H28zM39 15v6h6"/></svg>'
)
