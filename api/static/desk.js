// One small script; every page also works without it.
const doc = document, $ = (s, r = doc) => r.querySelector(s), $$ = (s, r = doc) => [...r.querySelectorAll(s)];
const each = (s, f, r) => $$(s, r).forEach(f);
const on = (t, what, f) => what.split(" ").forEach(e => t?.addEventListener(e, f));
const make = (tag, facts, ...inside) => { const e = Object.assign(doc.createElement(tag), facts); e.append(...inside); return e; };
const press = b => (b?.click(), b);
const pressed = (s, f) => on(doc, "click", e => { const b = e.target.closest(s); if (b) f(b, e); });
const tell = (e, what) => e?.dispatchEvent(new Event(what, { bubbles: 1 }));
const focus = e => (e?.focus(), e), inside = e => e.contains(doc.activeElement);
const shown = e => { const box = e?.closest("details"); if (box) box.open = 1; return focus(e); };
const body = form => new URLSearchParams([...new FormData(form)].filter(p => typeof p[1] === "string"));
const pageOf = async r => new DOMParser().parseFromString(await (await r).text(), "text/html");
const gone = r => !r.status || r.status === 401;
let bar;
function say(text) {
	bar?.remove();
	if (text) doc.body.append(bar = make("div", { className: "bar", role: "alert" }, text));
}
function boxed(name, ...inside) {
	const box = make("dialog", { ariaLabel: name }, ...inside);
	on(box, "close", () => box.remove());
	doc.body.append(box);
	box.showModal();
	return box;
}

// session over: sign in over the page; tokens are renewed
function renewed(page) {
	const csrf = $("[name=csrf]", page)?.value;
	each("[name=csrf]", one => one.value = csrf || one.value);
	return csrf;
}
let asking;
async function signIn() {
	if (asking) return;
	asking = 1;
	const form = $("form", await pageOf(fetch("/login?next=/keys")));
	const words = make("p", {}, "登录已过期，请重新登录。您填的内容不会丢。"), box = boxed("登录", words, form);
	on(box, "close", () => asking = 0);
	on(form, "submit", async e => {
		e.preventDefault();
		const back = await pageOf(fetch("/login", { method: "POST", body: body(form) }));
		if (!renewed(back)) return words.textContent = $(".errsum", back)?.textContent;
		box.close();
	});
}
async function send(url, data, more) {
	const r = await fetch(url, { method: data && "POST", body: data, redirect: "manual", headers: { "X-Partial": 1 }, ...more });
	if (gone(r)) { signIn(); throw 401; }
	// signed in elsewhere, as the same person
	if (r.status === 403) {
		const page = await pageOf(fetch("/keys"));
		if ($(".who a")?.isEqualNode($(".who a", page))) renewed(page);
	}
	if (!r.ok) throw r.status;
	say();
	return r;
}
// refused: its page says why
const through = x => x !== 401 && (x < 501 || say("与服务器断开，没有提交，恢复后请再提交。"));

// after the last word; never while one is composed
let composing;
function typed(wait, f) {
	let timer;
	const later = ms => { clearTimeout(timer); timer = setTimeout(() => composing || f(), ms); };
	on(doc, "input change compositionend", e => { composing = e.isComposing; later(wait); });
	return later;
}

// live parts: one's own choice survives, late answers are dropped
each("[data-live]", el => {
	const out = $(el.dataset.into);
	const asks = all => all.get(el.name) + all.get("kind");
	let ctl, last = asks(body(el.form));
	on(out, "change", () => out.touched = 1);
	typed(250, async () => {
		const all = body(el.form), now = asks(all);
		if (now === last) return;
		last = now; ctl?.abort(); ctl = new AbortController();
		try {
			const text = await (await send(el.dataset.live, all, { signal: ctl.signal })).text();
			const kept = out.touched && $(":checked", out)?.value, back = inside(out);
			out.innerHTML = text; delete out.dataset.stale;
			each("[type=radio]", one => one.checked ||= one.value === kept, out);
			if (back) focus($(":checked", out) || el);
		} catch (x) { if (x.name !== "AbortError") { out.dataset.stale = 1; last = null; } }
	});
});

pressed("[data-fill]", b => {
	for (const [k, v] of Object.entries(JSON.parse(b.dataset.fill))) { const f = $(`[name=${k}]`); f.value = v; tell(f, "input"); }
	shown($(b.dataset.then));
});

// drafts: kept while one types, leaves, and before it goes
function keptAs(form, r) {
	const id = r.headers.get("X-Draft"), d = form.dataset;
	if (id) d.draft = $("[name=form_id]", form).value = id;
	if (id && d.at) history.replaceState(0, "", d.at + id);
	return r;
}
each("form[data-draft]", form => {
	const d = form.dataset;
	let sent = body(form) + "", busy;
	const save = form.there = async (last, leaving) => {
		const all = body(form), now = all + "";
		if (!last && (now === sent || d.gone)) return;
		if (busy && !last && !leaving) return later(700);
		busy = 1; sent = now;
		try {
			const r = keptAs(form, await send("/drafts/" + d.draft, all, { keepalive: now.length < 6e4 }));
			$("[data-saved]").textContent = await r.text();
			return last && (d.gone = 1);
		} catch (x) {
			if (last && through(x)) return d.gone = 1;
			if (!last && x !== 401) say(x < 500 ? "草稿还没有存上，正在再试。" : "与服务器断开，内容还在，恢复后自动续上。");
			sent = 0; later(3000);
		} finally { busy = 0; }
	}, later = typed(700, save);
	on(window, "pagehide", () => save(0, 1));
});

// files: too large is said at once, others go up as chosen
each("input[type=file]", input => on(input, "change", async () => {
	const most = +input.dataset.most, large = [...input.files].find(f => f.size > most);
	input.setCustomValidity(large ? `“${large.name}”超过 ${most / 1e6} MB，请压缩后再选。` : "");
	const form = input.form, list = $("[data-list]", form), data = new FormData(form);
	if (!input.reportValidity() || !list || !input.files[0]) return;
	list.textContent = "正在上传…"; input.value = "";
	try { list.innerHTML = await keptAs(form, await send(`/drafts/${form.dataset.draft}/files`, data)).text(); } catch { list.textContent = "没有传上去，请再选一次。"; }
}));

// one press, one submit; none while server or session are gone
const there = form => send(form.csrf ? "/here" : "/health/live", form.csrf && body(form)).catch(through);
each("form[method=post]", form => on(form, "submit", async e => {
	const d = form.dataset;
	if (d.sent === "2") return d.sent = 3;
	e.preventDefault();
	if (d.sent) return;
	d.sent = 1;
	d.sent = await (form.there || there)(form) ? 2 : "";
	if (d.sent) { form.requestSubmit(e.submitter); setTimeout(() => d.sent = "", 4000); }
}));
on(window, "pageshow", () => each("form", f => f.dataset.sent = f.dataset.gone = ""));

// parts renew themselves, never under somebody
const parts = $$("[data-refresh]"), news = $("[data-news]");
for (const part of parts) on(part, "input", () => part.dirty = 1);
async function renew() {
	if (doc.hidden) return;
	try {
		const r = await fetch(news?.dataset.news || location, { redirect: "manual", headers: { "X-Refresh": 1 } });
		if (gone(r)) return signIn();
		if (r.status !== 200) return;
		if (news) return news.replaceChildren(await r.text() + "——", make("a", { href: location }, "刷新")), news.hidden = 0;
		const fresh = await pageOf(r);
		for (const part of parts) if (!inside(part) && !part.dirty) part.innerHTML = $("#" + part.id, fresh)?.innerHTML ?? part.innerHTML;
	} catch { /* later */ }
}
if (parts[0] || news) setInterval(renew, 3e4);
each("[data-left]", one => setTimeout(() => one.remove(), one.dataset.left * 1000));
async function keys() {
	const open = $("dialog");
	if (open) return open.close();
	const box = boxed("快捷键", $("#keys", await pageOf(fetch("/keys"))));
	each("[data-for]", row => row.hidden = !$(row.dataset.for), box);
}
pressed("[data-keys]", (_, e) => keys(e.preventDefault()));
pressed("[data-print]", () => print());
// plain HTTP has no clipboard
each("[data-copy]", b => b.hidden = on(b, "click", async () => {
	const text = $("pre", b.closest("div"));
	getSelection().selectAllChildren(text);
	try { await navigator.clipboard.writeText(text.textContent); b.textContent = "已复制"; } catch { b.textContent = "已选中，请按 Ctrl+C"; }
}));
const tick = el => { if (el) el.checked = 1; tell(el, "change"); return focus(el); };
function spot() {
	const words = $("#spot textarea");
	return words?.closest("[open]") && words.value.trim() ? press($("[data-key=f9]")) : shown(words);
}
function walk(step) {
	const links = $$("main .item .line > a:first-child, main .grid td:first-child > a");
	return focus(links[links.indexOf(doc.activeElement) + step]);
}
function submitMain(t) {
	const go = $("form[data-main] .go");
	return go && (t.form ?? go.form) === go.form && !go.form.requestSubmit(go);
}
// who may be calling: down to them, Enter takes one, Esc leaves
function caller(t, key) {
	const all = [$("#enterprise"), ...$$("#caller [data-fill]")], at = Math.max(all.indexOf(t), 0);
	if (!at && (key[1] && key !== "arrowdown" || !t.closest("[data-who]"))) return;
	return key > 0 ? press(all[key]) : key === "enter" ? press(t) : focus({ arrowdown: all[at + 1] || t, arrowup: all[at - 1], escape: all[0] }[key]);
}
function choose(t, key) {
	const row = t.closest(".item");
	return row ? press($(`[data-one="${key}"]`, row)) : tick($$(".sugs [type=radio]")[key - 1]);
}
const plain = { f1: keys, f3: () => focus($("#q")), f9: spot };
const reading = { "?": keys, escape: () => press($("[data-back]")), arrowdown: () => walk(1), arrowup: () => walk(-1) };
on(doc, "keydown", e => {
	if (e.isComposing || e.keyCode === 229 || "quiet" in doc.body.dataset) return;
	const t = e.target, key = e.key.toLowerCase(), typing = /INPUT|TEXTAREA|SELECT/.test(t.tagName);
	if ($("dialog[open]") && key !== "f1") return;
	const done = e.ctrlKey ? key === "enter" && submitMain(t)
		: e.altKey ? key > 0 && key < 6 ? caller(t, key) || choose(t, key) : "qwr".includes(key) && tick($(`[data-key="${key}"]`))
		: (key[1] && caller(t, key)) || (plain[key] || !typing && reading[key] || (() => key[1] && press($(`[data-key=${key}]`))))();
	if (done) e.preventDefault();
});
$(".errsum")?.focus();
