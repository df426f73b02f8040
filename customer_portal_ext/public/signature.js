// The box to sign in, on the page that accepts a quotation. Without it, or without a mouse or finger, a typed name does.
(() => {
	"use strict";
	for (const box of document.querySelectorAll("[data-signature]")) {
		const canvas = box.querySelector("canvas");
		const kept = box.querySelector("input[type=hidden]");
		const pad = new SignaturePad(canvas, { penColor: "#101218", minWidth: 0.8, maxWidth: 2.6 });
		const keep = () => (kept.value = pad.isEmpty() ? "" : pad.toDataURL("image/png"));

		// As many pixels as are shown: a line must be where the finger is. The drawing is scaled along.
		const fit = () => {
			const { clientWidth, clientHeight } = canvas;
			if (!clientWidth || (canvas.width === clientWidth && canvas.height === clientHeight)) return;
			const scale = clientWidth / canvas.width;
			const strokes = pad.toData();
			for (const { points } of strokes) {
				for (const point of points) {
					point.x *= scale;
					point.y *= scale;
				}
			}
			canvas.width = clientWidth;
			canvas.height = clientHeight;
			pad.clear();
			if (strokes.length) {
				pad.fromData(strokes);
				keep();
			}
		};

		fit();
		addEventListener("resize", fit);
		// What was drawn before the server asked for something else.
		if (kept.value) pad.fromDataURL(kept.value, { width: canvas.width, height: canvas.height });
		pad.addEventListener("endStroke", keep);
		box.querySelector("button").addEventListener("click", () => {
			pad.clear();
			kept.value = "";
		});
	}
})();
