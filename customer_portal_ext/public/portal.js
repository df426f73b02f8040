// Makes the portal quicker where JavaScript runs. Every page works without it.
(() => {
	"use strict";
	const root = document.documentElement;
	root.classList.add("js");

	// Copy a number or a link.
	const copy = async (button) => {
		await navigator.clipboard.writeText(button.dataset.copy);
		const said = button.querySelector("[aria-live]");
		said.textContent = button.dataset.done;
		setTimeout(() => (said.textContent = ""), 2000);
	};

	// A filter form without its empty and usual values: a short address to share.
	const submit = (form) => {
		const query = new URLSearchParams();
		for (const [name, value] of new FormData(form)) {
			const usual = form.elements[name].dataset?.default;
			if (value.trim() && value !== usual) query.append(name, value.trim());
		}
		const address = form.getAttribute("action").split("?")[0];
		location.assign(query.size === 0 ? address : `${address}?${query}`);
	};

	document.addEventListener("click", (event) => {
		const button = event.target.closest("[data-copy], [data-print]");
		if (button?.dataset.copy) copy(button).catch(() => {});
		else if (button) print();
		for (const popup of document.querySelectorAll("details[data-popup][open]")) {
			if (!popup.contains(event.target)) popup.open = false;
		}
	});

	document.addEventListener("keydown", (event) => {
		if (event.key !== "Escape") return;
		for (const popup of document.querySelectorAll("details[data-popup][open]")) {
			popup.open = false;
			popup.querySelector("summary").focus();
		}
	});

	document.addEventListener("change", (event) => {
		const form = event.target.closest("form[data-auto]");
		// A choice applies at once; what is typed waits for Enter, and a popup for its own button.
		if (form && event.target.matches("select, [type=radio]") && !event.target.closest("[data-popup]")) submit(form);
	});

	// Another country has other fields.
	document.addEventListener("change", ({ target }) => {
		if (target.matches("[data-resubmit]")) target.form.requestSubmit(target.form.elements.reshow);
	});

	document.addEventListener("submit", (event) => {
		const form = event.target;
		if (form.matches("form[data-auto]")) {
			event.preventDefault();
			submit(form);
		} else if (form.method === "post") {
			// A second click must not send the form twice.
			for (const button of form.querySelectorAll("button")) {
				setTimeout(() => (button.disabled = true));
				setTimeout(() => (button.disabled = false), 5000); // the answer may have been a download
			}
		}
	});
	addEventListener("pageshow", () => {
		for (const button of document.querySelectorAll("form[method=post] button")) button.disabled = false;
	});

	// Files are refused before they travel: beyond 25 MB the server reads none of the form.
	document.addEventListener("change", (event) => {
		const { files, dataset } = event.target;
		if (!files || !dataset.most) return;
		const sizes = [...files].map((file) => file.size);
		const together = sizes.reduce((sum, size) => sum + size, 0);
		const tooLarge = together > dataset.together || sizes.some((size) => size > dataset.largest);
		event.target.setCustomValidity(sizes.length > dataset.most ? dataset.tooMany : tooLarge ? dataset.tooLarge : "");
		event.target.reportValidity();
	});

	// A region that changes by itself.
	const refresh = async (region) => {
		let fresh = region;
		try {
			const answer = await fetch(region.dataset.url || location.href, { credentials: "same-origin" });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			fresh = page.getElementById(region.id);
			if (!fresh) return location.reload();
			region.replaceWith(fresh);
		} catch {
			// Offline for a moment: the next round tries again.
		}
		// It may have changed the whole page.
		if (region.dataset.over && !fresh.dataset.refresh) return location.replace(region.dataset.over);
		watch(fresh);
	};
	const watch = (region) => {
		if (region.dataset.refresh) setTimeout(() => refresh(region), region.dataset.refresh * 1000);
	};
	document.querySelectorAll("[data-refresh]").forEach(watch);

	// Choosing what to pay: boxes follow the choice above them, and the total follows the boxes.
	const setUpPayment = (form) => {
		const bar = form.dataset.pay ? document.querySelector(form.dataset.pay) : form.querySelector(".paybar");
		const boxes = [...form.elements].filter((field) => field.name === "invoice");
		const units = (text, digits) => Math.round(Number(text) * 10 ** digits) || 0;
		const partOf = (box) => form.elements[`amount-${box.value}`];
		const choice = () => form.elements.of?.value ?? "";

		const follow = (field) => {
			if (field?.name === "of" && ["all", "overdue"].includes(field.value)) {
				for (const box of boxes) box.checked = field.value === "all" || box.dataset.overdue === "1";
			} else if (field?.name === "invoice" || field?.name.startsWith("amount-")) {
				const box = boxes.find((box) => partOf(box) === field);
				if (box && field.value) box.checked = true;
				if (form.elements.of) form.elements.of.value = "";
			}
		};

		const show = () => {
			const ticked = boxes.filter((box) => box.checked);
			const { currency, digits } = ticked[0]?.dataset.currency ? ticked[0].dataset : form.dataset;
			const open = (box) => units(partOf(box)?.value || box.dataset.open, digits);
			let total = ticked.reduce((sum, box) => sum + open(box), 0);
			if (choice() === "amount") total = units(form.elements.amount.value, digits);
			else if (form.elements.use_credit?.checked) total -= Math.min(total, units(form.dataset.credit, digits));
			const mixed = ticked.some((box) => box.dataset.currency && box.dataset.currency !== currency);
			const money = new Intl.NumberFormat(root.lang, {
				style: "currency",
				currency: currency || "USD",
				minimumFractionDigits: digits,
				maximumFractionDigits: digits,
			});
			// after "US$" in Arabic a mark, or the sign goes before the letters
			const mark = root.dir === "rtl" ? "\u200e" : "";
			bar.querySelector("[data-total]").textContent = mixed ? "" : money.format(total / 10 ** digits) + mark;
			if (form.dataset.pay) bar.hidden = !ticked.length;
		};

		for (const type of ["input", "change"]) {
			document.addEventListener(type, ({ target }) => {
				if (target.form !== form) return;
				follow(target);
				show();
			});
		}
		// What fits an address can be reloaded.
		form.addEventListener("submit", () => {
			if (choice() || boxes.filter((box) => box.checked).length <= 40) form.method = "get";
		});
		// Nothing empty, and no boxes where they do not count.
		form.addEventListener("formdata", ({ formData }) => {
			if (form.method === "get") for (const name of ["portal_csrf", "portal_key", "csrf_token"]) formData.delete(name);
			if (choice()) formData.delete("invoice");
			for (const [name, value] of [...formData]) if (!value) formData.delete(name);
		});
		addEventListener("pageshow", show);
	};
	document.querySelectorAll("form[data-pay]").forEach(setUpPayment);
})();
