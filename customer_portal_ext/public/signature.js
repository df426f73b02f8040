// The box to sign in, on the page that accepts a quotation. Without it, or without a mouse or finger, a typed name does.
// What is seen is what is sent: whenever the drawing is put on the canvas anew, the hidden field takes it from there.
(() => {
	"use strict";
	for (const box of document.querySelectorAll("[data-signature]")) {
		const canvas = box.querySelector("canvas");
		const kept = box.querySelector("input[type=hidden]");
		const pad = new SignaturePad(canvas, { penColor: "#101218", minWidth: 0.8, maxWidth: 2.6 });
		// What was drawn before the server asked for something else: a picture, under the strokes.
		let earlier = null;
		// The drawing's own size, and how large it is shown: as large as all of it fits, whichever way a phone is held.
		let size = { width: 0, height: 0 };
		let shown = 1;
		const keep = () => (kept.value = earlier || !pad.isEmpty() ? pad.toDataURL("image/png") : "");
		const getScale = () => Math.min(canvas.width / size.width, canvas.height / size.height);

		const draw = (scale) => {
			const strokes = pad.toData();
			for (const { points } of strokes) {
				for (const point of points) {
					point.x *= scale / shown;
					point.y *= scale / shown;
				}
			}
			shown = scale;
			pad.clear();
			if (earlier) canvas.getContext("2d").drawImage(earlier, 0, 0, earlier.width * shown, earlier.height * shown);
			pad.fromData(strokes, { clear: false });
			keep();
		};

		// As many pixels as are shown: a line must be where the finger is.
		const fit = () => {
			const { clientWidth, clientHeight } = canvas;
			if (!clientWidth || (canvas.width === clientWidth && canvas.height === clientHeight)) return;
			canvas.width = clientWidth;
			canvas.height = clientHeight;
			if (earlier || !pad.isEmpty()) draw(getScale());
		};

		fit();
		addEventListener("resize", fit);
		if (kept.value) {
			const picture = new Image();
			picture.onload = () => {
				earlier = picture;
				size = { width: picture.width, height: picture.height };
				draw(getScale());
			};
			picture.src = kept.value;
		}
		pad.addEventListener("endStroke", () => {
			size = {
				width: Math.max(size.width, canvas.width / shown),
				height: Math.max(size.height, canvas.height / shown),
			};
			keep();
		});
		box.querySelector("button").addEventListener("click", () => {
			earlier = null;
			size = { width: 0, height: 0 };
			shown = 1;
			pad.clear();
			keep();
		});
	}
})();
