// One small script; every page also works without it.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const on = (t, what, f) => { for (const e of what.split(" ")) t?.addEventListener(e, f); };
const make = (tag, facts, ...inside) => { const e = Object.assign(document.createElement(tag), facts); e.append(...inside); return e; };
const press = b => (b?.click(), b);
const pressed = (s, f) => on(document, "click", e => { const b = e.target.closest(s); if (b) f(b, e); });
const tell = (e, what) => e?.dispatchEvent(new Event(what, { bubbles: 1 }));
const focus = e => (e?.focus(), e), inside = e => e.contains(document.activeElement);
const body = form => new URLSearchParams([...new FormData(form)].filter(p => typeof p[1] === "string"));
const pageOf = async r => new DOMParser().parseFromString(await (await r).text(), "text/html");
const gone = r => r.status === 401 || r.type === "opaqueredirect";
let bar;
function say(text) {
	bar?.remove();
	if (text) document.body.append(bar = make("div", { className: "bar", role: "alert" }, text));
}
function boxed(name, ...inside) {
	const box = make("dialog", { ariaLabel: name }, ...inside);
	document.body.append(box);
	box.showModal();
	return box;
}

// session over: sign in over the page; only the tokens are renewed
let asking;
async function signIn() {
	if (asking) return;
	asking = 1;
	const form = $("form", await pageOf(fetch("/login?next=/keys")));
	const words = make("p", {}, "登录已过期，请重新登录。您填的内容不会丢。"), box = boxed("登录", words, form);
	on(box, "close", () => { asking = 0; box.remove(); });
	on(form, "submit", async e => {
		e.preventDefault();
		const back = await pageOf(fetch("/login", { method: "POST", body: body(form) })), csrf = $("[name=csrf]", back);
		if (!csrf) return words.textContent = $(".errsum", back)?.textContent;
		for (const one of $$("[name=csrf]")) one.value = csrf.value;
		box.close();
	});
}
async function send(url, data, more) {
	const r = await fetch(url, { method: data ? "POST" : "GET", body: data, redirect: "manual", headers: { "X-Partial": 1 }, ...more });
	if (gone(r)) { signIn(); throw Error(401); }
	if (!r.ok) throw Error(r.status);
	say();
	return r;
}
// what the server itself refuses goes: its page says why
const through = x => /^(4(?!01)|500)/.test(x.message) || (x.message !== "401" && say("与服务器断开，没有提交。内容还在，恢复后请再提交。"));

// after the page's last finished word; nothing goes while one is composed
let composing;
function typed(wait, f) {
	let timer;
	const later = ms => { clearTimeout(timer); timer = setTimeout(() => composing || f(), ms); };
	on(document, "input change compositionend", e => { composing = e.isComposing; later(wait); });
	return later;
}

// live parts: one's own choice survives, late answers are dropped
for (const el of $$("[data-live]")) {
	const out = $(el.dataset.into);
	const asks = all => all.get(el.name) + (/sug/.test(el.dataset.live) && all.get("kind"));
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
			for (const one of $$("[type=radio]", out)) one.checked ||= one.value === kept;
			if (back) focus($(":checked", out) || el);
		} catch (x) { if (x.name !== "AbortError") { out.dataset.stale = 1; last = null; } }
	});
}

pressed("[data-fill]", b => {
	for (const [k, v] of Object.entries(JSON.parse(b.dataset.fill))) { const f = $(`[name=${k}]`); if (f) { f.value = v; tell(f, "input"); } }
	const next = $(b.dataset.then), box = next.closest("details");
	if (box) box.open = 1;
	next.focus();
});

// drafts: kept while one types, leaves, and before it goes
function keptAs(form, r) {
	const id = r.headers.get("X-Draft");
	if (id) form.dataset.draft = $("[name=form_id]", form).value = id;
	if (id && form.dataset.at) history.replaceState(null, "", form.dataset.at + id);
	return r;
}
for (const form of $$("form[data-draft]")) {
	const d = form.dataset;
	let sent = String(body(form)), busy;
	const save = form.there = async (last, leaving) => {
		const all = body(form), now = String(all);
		if (!last && (now === sent || d.gone)) return;
		if (busy && !last && !leaving) return later(700);
		busy = 1; sent = now;
		try {
			const r = keptAs(form, await send("/drafts/" + d.draft, all, { keepalive: now.length < 6e4 }));
			$("[data-saved]").textContent = await r.text();
			return last && (d.gone = 1);
		} catch (x) {
			if (last && through(x)) return d.gone = 1;
			if (!last && x.message !== "401") say("与服务器断开，内容还在，恢复后自动续上。");
			sent = 0; later(3000);
		} finally { busy = 0; }
	}, later = typed(700, save);
	on(window, "beforeunload pagehide", () => save(0, 1));
}

// files: too large is said at once; in a form they go up as chosen
for (const input of $$("input[type=file]")) on(input, "change", async () => {
	const most = +input.dataset.most, large = [...input.files].find(f => f.size > most);
	input.setCustomValidity(large ? `“${large.name}”超过 ${most / 1e6} MB，请压缩后再选。` : "");
	const form = input.form, list = $("[data-list]", form), data = new FormData(form);
	if (!input.reportValidity() || !list || !input.files[0]) return;
	list.textContent = "正在上传…"; input.value = "";
	try { list.innerHTML = await keptAs(form, await send(`/drafts/${form.dataset.draft}/files`, data)).text(); } catch { list.textContent = "没有传上去，请再选一次。"; }
});

// one press, one submit; none while the server is away
const there = () => send("/health/live").catch(through);
for (const form of $$("form[method=post]")) on(form, "submit", async e => {
	const d = form.dataset;
	if (d.sent === "2") return d.sent = 3;
	e.preventDefault();
	if (d.sent) return;
	d.sent = 1;
	d.sent = await (form.there || there)(1) ? 2 : "";
	if (d.sent) { form.requestSubmit(e.submitter); setTimeout(() => { d.sent = ""; }, 4000); }
});
on(window, "pageshow", () => { for (const f of $$("form")) f.dataset.sent = f.dataset.gone = ""; });

// parts renew themselves: never while somebody is in them
const parts = $$("[data-refresh]"), news = $("[data-news]");
for (const part of parts) on(part, "input", () => part.dirty = 1);
async function renew() {
	if (document.hidden) return;
	try {
		const r = await fetch(news?.dataset.news || location, { redirect: "manual", headers: { "X-Refresh": 1 } });
		if (gone(r)) return signIn();
		if (r.status !== 200) return;
		if (news) return news.replaceChildren(await r.text() + "——", make("a", { href: location }, "刷新")), news.hidden = 0;
		const fresh = await pageOf(r);
		for (const part of parts) { const now = $("#" + part.id, fresh); if (now && !inside(part) && !part.dirty) part.innerHTML = now.innerHTML; }
	} catch { /* later */ }
}
if (parts[0] || news) setInterval(renew, 30000);
for (const one of $$("[data-left]")) setTimeout(() => one.remove(), one.dataset.left * 1000);
let list;
async function keys() {
	if (list) return list.open ? list.close() : list.showModal();
	list = boxed("快捷键", $("#keys", await pageOf(fetch("/keys"))));
}
pressed("[data-keys]", (_, e) => keys(e.preventDefault()));
pressed("[data-print]", () => print());
// plain HTTP has no clipboard
for (const b of $$("[data-copy]")) b.hidden = on(b, "click", async () => {
	const text = $("pre", b.closest("div"));
	getSelection().selectAllChildren(text);
	try { await navigator.clipboard.writeText(text.textContent); b.textContent = "已复制"; } catch { b.textContent = "已选中，请按 Ctrl+C"; }
});
const tick = el => { if (el) el.checked = 1; tell(el, "change"); return focus(el); };
function spot() {
	const box = $("#spot"), words = $("#spot textarea");
	if (box?.open && words.value.trim()) return press($("[data-key=f9]"));
	if (box) box.open = 1;
	return focus(words);
}
function walk(step) {
	const links = $$("main .item .line > a:first-child, main .grid td:first-child > a");
	return focus(links[links.indexOf(document.activeElement) + step]);
}
function submitMain(t) {
	const f = t.form?.method === "post" && $(".go", t.form) ? t.form : $("form[data-main]");
	f?.requestSubmit($(".go", f));
	return f;
}
// who may be calling: down into them, Enter takes one, Esc leads back
function caller(t, key) {
	const all = $$("#caller [data-fill]"), at = all.indexOf(t), to = { arrowdown: all[at + 1] || all[at], arrowup: all[at - 1] || $("#enterprise"), escape: $("#enterprise") };
	if (at < 0 && (key[1] && key !== "arrowdown" || !t.closest("[data-who]"))) return;
	return key > 0 || key === "enter" ? press(all[key - 1] || all[at]) : focus(to[key]);
}
function choose(t, key) {
	const row = t.closest(".item");
	return row ? press($(`[data-one="${key}"]`, row)) : tick($$(".sugs [type=radio]")[key - 1]);
}
const plain = {
	f1: keys, f2: () => location = "/tickets/new", f3: () => focus($("#q")),
	f8: () => press($("[data-key=f8]")), f9: spot,
};
const reading = { "?": keys, escape: () => press($("[data-back]")), arrowdown: () => walk(1), arrowup: () => walk(-1) };
on(document, "keydown", e => {
	if (e.isComposing || e.keyCode === 229 || "quiet" in document.body.dataset) return;
	const t = e.target, key = e.key.toLowerCase(), typing = /INPUT|TEXTAREA|SELECT/.test(t.tagName);
	if ($("dialog[open]") && key !== "f1") return;
	const done = e.ctrlKey ? key === "enter" && submitMain(t)
		: e.altKey ? /^[1-5]$/.test(key) ? caller(t, key) || choose(t, key) : "qwr".includes(key) && tick($(`[data-key="${key}"]`))
		: (key[1] && caller(t, key)) || (plain[key] || !typing && reading[key] || (() => 0))();
	if (done) e.preventDefault();
});
$(".errsum")?.focus();
