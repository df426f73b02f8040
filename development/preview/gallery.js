// A choice applies at once.
document.querySelector("form").addEventListener("change", (event) => event.currentTarget.submit());
