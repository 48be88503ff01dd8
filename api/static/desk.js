"use strict";
// One small script; every page also works without it.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const on = (t, e, f) => t && t.addEventListener(e, f);
const make = (tag, facts, ...inside) => { const e = Object.assign(document.createElement(tag), facts); e.append(...inside); return e; };
const press = b => (b?.click(), b);
const pressed = (s, f) => on(document, "click", e => { const b = e.target.closest(s); if (b) f(b, e); });
const tell = (e, what) => e?.dispatchEvent(new Event(what, { bubbles: true }));
const body = form => new URLSearchParams([...new FormData(form)].filter(p => typeof p[1] === "string"));

const pageOf = async r => new DOMParser().parseFromString(await r.text(), "text/html");
const gone = r => r.status === 401 || r.type === "opaqueredirect";

// a bar at the foot of the page: server away
let bar;
function say(text) {
  bar?.remove();
  bar = text ? make("div", { className: "bar", role: "alert" }, text) : null;
  if (bar) document.body.append(bar);
}
function boxed(name, ...inside) {
  const box = make("dialog", { ariaLabel: name }, ...inside);
  document.body.append(box);
  box.showModal();
  return box;
}

// session expired: sign in over the page; what was typed stays, only the tokens are renewed
let asking;
async function signIn() {
  if (asking) return;
  asking = true;
  const form = $("form", await pageOf(await fetch("/login?next=/keys")));
  const words = make("p", {}, "登录已过期，请重新登录。您填的内容不会丢。"), box = boxed("登录", words, form);
  on(box, "close", () => { asking = false; box.remove(); });
  on(form, "submit", async e => {
    e.preventDefault();
    const back = await pageOf(await fetch("/login", { method: "POST", body: body(form) })), csrf = $("[name=csrf]", back)?.value;
    if (!csrf) { words.textContent = $(".errsum", back)?.textContent; return; }
    for (const one of $$("[name=csrf]")) one.value = csrf;
    box.close();
  });
}
async function send(url, data, signal) {
  const r = await fetch(url, { method: "POST", body: data, signal, redirect: "manual", headers: { "X-Partial": "1" } });
  if (gone(r)) { signIn(); throw new Error("401"); }
  if (!r.ok) throw new Error(r.status);
  say("");
  return r;
}

// call f some time after the last finished word; half-typed pinyin is never sent
function typed(el, wait, f) {
  let timer;
  const later = () => { clearTimeout(timer); timer = setTimeout(f, wait); };
  on(el, "compositionstart", () => clearTimeout(timer));
  on(el, "input", e => e.isComposing || later());
  on(el, "compositionend", later);
  on(el, "change", later);
}

// live fragments: [data-live=url][data-into=#id]; the person's own choice survives, late answers are dropped
for (const el of $$("[data-live]")) {
  const out = $(el.dataset.into);
  let ctl, last;
  on(out, "change", () => { out.dataset.touched = 1; });
  typed(el, 250, async () => {
    const now = body(el.form).get(el.name) + "|" + body(el.form).get("kind");
    if (now === last) return;
    last = now; ctl?.abort(); ctl = new AbortController();
    try {
      const r = await send(el.dataset.live, body(el.form), ctl.signal), text = await r.text();
      const kept = out.dataset.touched && $(":checked", out)?.value;
      out.innerHTML = text; delete out.dataset.stale;
      if (kept) for (const one of $$("input[type=radio]", out)) if (one.value === kept) one.checked = true;
    } catch (x) { if (x.name !== "AbortError") { out.dataset.stale = "1"; last = null; } }
  });
}
on($(".kinds"), "change", () => tell($("[name=content][data-live]"), "change"));

// fill the form from what is known of the caller
pressed("[data-fill]", b => {
  for (const [k, v] of Object.entries(JSON.parse(b.dataset.fill))) { const f = $(`[name="${k}"]`); if (f) { f.value = v; tell(f, "input"); } }
});

// drafts are kept on the server while one types; a lost connection is said, and tried again
function keptAs(form, r) {
  const id = r.headers.get("X-Draft");
  if (!id) return;
  form.dataset.draft = $("[name=form_id]", form).value = id;
  if (form.dataset.at) history.replaceState(null, "", form.dataset.at + id);
}
for (const form of $$("form[data-draft]")) {
  const note = $("[data-saved]", form) || $("[data-saved]");
  let again, sent = "", busy = false;
  const save = async () => {
    const now = String(body(form));
    if (busy || now === sent || form.dataset.gone) return;
    busy = true; clearTimeout(again);
    try {
      const r = await send("/drafts/" + form.dataset.draft, body(form));
      sent = now;
      keptAs(form, r);
      if (note) note.textContent = await r.text();
    } catch (x) {
      if (x.message !== "401") say("与服务器断开，您填的内容还在这一页，恢复后会自动续上。");
      again = setTimeout(save, 3000);
    }
    busy = false;
  };
  typed(form, 700, save);
  on(form, "submit", () => { form.dataset.gone = 1; clearTimeout(again); });
}

// files: too large is said before it is sent; in a form they go up as soon as they are chosen
for (const input of $$("input[type=file]")) on(input, "change", async () => {
  const most = +input.dataset.most, large = [...input.files].find(f => f.size > most);
  input.setCustomValidity(large ? `“${large.name}”超过 ${most / 1e6} MB，请压缩后再选。` : "");
  const part = input.closest("[data-files]"), form = input.form;
  if (!input.reportValidity() || !part || !input.files.length) return;
  const list = $("[data-list]", part), data = new FormData(form);
  list.textContent = "正在上传…"; input.value = "";
  try {
    const r = await send(`/drafts/${form.dataset.draft}/files`, data);
    keptAs(form, r);
    list.innerHTML = await r.text();
  } catch { list.textContent = "没有传上去，请再选一次。"; }
});

// one press, one submit
for (const form of $$("form[method=post]")) on(form, "submit", e => {
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = 1; setTimeout(() => { delete form.dataset.sent; }, 4000);
});
on(window, "pageshow", () => { for (const f of $$("form")) { delete f.dataset.sent; delete f.dataset.gone; } });

// parts that renew themselves: never while somebody is in them, never in a hidden tab
const parts = $$("[data-refresh]"), news = $("[data-news]");
const still = part => part.contains(document.activeElement) || part.dataset.dirty;
for (const part of parts) on(part, "input", () => { part.dataset.dirty = 1; });
async function renew() {
  if (document.hidden) return;
  try {
    const r = await fetch(news ? news.dataset.news : location.href, { redirect: "manual", headers: { "X-Refresh": "1" } });
    if (gone(r)) return signIn();
    if (r.status !== 200) return;
    if (news) { news.replaceChildren(await r.text() + "——", make("a", { href: location.href }, "刷新")); news.hidden = false; return; }
    const fresh = await pageOf(r);
    for (const part of parts) { const now = fresh.getElementById(part.id); if (now && !still(part)) part.innerHTML = now.innerHTML; }
  } catch { /* the next round tries again */ }
}
if (parts.length || news) setInterval(renew, 30000);

// what can be taken back only for a while
for (const one of $$("[data-left]")) setTimeout(() => one.remove(), one.dataset.left * 1000);

// the list of keys, over the page, so that no form is left
let list;
async function keys() {
  if (list) return list.open ? list.close() : list.showModal();
  list = boxed("快捷键", $("#keys", await pageOf(await fetch("/keys"))));
}
pressed("[data-keys]", (_, e) => { e.preventDefault(); keys(); });
pressed("[data-print]", () => print());

// a secret shown once: copied, or where the browser has no clipboard for plain HTTP, selected
for (const b of $$("[data-copy]")) b.hidden = false;
pressed("[data-copy]", async b => {
  const text = $("pre", b.closest("div"));
  getSelection().selectAllChildren(text);
  try { await navigator.clipboard.writeText(text.textContent); b.textContent = "已复制"; } catch { b.textContent = "已选中，请按 Ctrl+C"; }
});

const tick = el => { if (el) { el.checked = true; tell(el, "change"); el.focus(); } return el; };
function spot() {
  const box = $("#spot"), words = box && $("textarea", box);
  if (box?.open && words.value.trim()) press($("[data-key=f9]", box));
  else if (box) { box.open = true; words.focus(); }
  return box;
}
// up and down walk through the lines of a list, Enter opens one
function walk(step) {
  const links = $$("main .item .line > a:first-child, main .grid td:first-child > a"), at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : at + step];
  next?.focus();
  return next;
}
function submitMain(t) {
  const f = t.form?.method === "post" && $(".go", t.form) ? t.form : $("form[data-main]");
  f?.requestSubmit($(".go", f));
  return f;
}
function choose(t, key) {
  const near = t.closest("[data-pick]");
  if ($("[data-one]")) return press($(`[data-one="${key}"]`, near || $("[data-pick]")));
  return tick($$(".sugs input[type=radio]", near || document)[key - 1]);
}
const plain = {
  f1: () => (keys(), 1), f2: () => location = "/tickets/new", f3: () => { const q = $("#q"); q?.focus(); return q; },
  f8: () => press($("[data-key=f8]")), f9: spot,
};
const reading = { "?": plain.f1, escape: () => press($("[data-back]")), arrowdown: () => walk(1), arrowup: () => walk(-1) };
on(document, "keydown", e => {
  if (e.isComposing || e.keyCode === 229 || "quiet" in document.body.dataset) return;
  const t = e.target, key = e.key.toLowerCase(), typing = /INPUT|TEXTAREA|SELECT/.test(t.tagName);
  if ($("dialog[open]") && key !== "f1") return;
  let done;
  if (e.ctrlKey) done = key === "enter" && submitMain(t);
  else if (e.altKey) done = /^[1-5]$/.test(key) ? choose(t, key) : "qwr".includes(key) && tick($(`[data-key="${key}"]`));
  else done = (plain[key] || (!typing && reading[key]))?.();
  if (done) e.preventDefault();
});

$(".errsum")?.focus();
