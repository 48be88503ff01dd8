"use strict";
// One small script; every page also works without it.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const on = (t, e, f) => t && t.addEventListener(e, f);
const body = form => new URLSearchParams([...new FormData(form)].filter(p => typeof p[1] === "string"));

// a bar at the foot of the page: server away, session expired
let bar;
function say(text, link) {
  if (!text) { bar?.remove(); bar = null; return; }
  if (!bar) { bar = document.createElement("div"); bar.className = "bar"; bar.setAttribute("role", "alert"); document.body.append(bar); }
  bar.textContent = text;
  if (link) { const a = document.createElement("a"); a.href = link; a.target = "_blank"; a.textContent = "在新页登录"; a.style.color = "#fff"; bar.append(" ", a); }
}
async function send(url, form, signal) {
  const r = await fetch(url, { method: "POST", body: body(form), signal, redirect: "manual", headers: { "X-Partial": "1" } });
  if (r.status === 401 || r.type === "opaqueredirect") { say("登录已过期，请重新登录。您填的内容不会丢。", "/login"); throw new Error("401"); }
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
      const r = await send(el.dataset.live, el.form, ctl.signal), text = await r.text();
      const kept = out.dataset.touched && $(":checked", out)?.value;
      out.innerHTML = text; delete out.dataset.stale;
      if (kept) for (const one of $$("input[type=radio]", out)) if (one.value === kept) one.checked = true;
    } catch (x) { if (x.name !== "AbortError") { out.dataset.stale = "1"; last = null; } }
  });
}
on($(".kinds"), "change", () => $("[name=content][data-live]")?.dispatchEvent(new Event("change")));

// fill the form from what is known of the caller
on(document, "click", e => {
  const b = e.target.closest("[data-fill]");
  if (!b) return;
  for (const [k, v] of Object.entries(JSON.parse(b.dataset.fill))) { const f = $(`[name="${k}"]`); if (f) { f.value = v; f.dispatchEvent(new Event("input", { bubbles: true })); } }
});

// drafts are kept on the server while one types; a lost connection is said, and tried again
for (const form of $$("form[data-draft]")) {
  const note = $("[data-saved]", form) || $("[data-saved]");
  let again, sent = "", busy = false;
  const save = async () => {
    const now = String(body(form));
    if (busy || now === sent || form.dataset.gone) return;
    busy = true; clearTimeout(again);
    try {
      const r = await send("/drafts/" + form.dataset.draft, form);
      sent = now;
      if (note) note.textContent = await r.text();
      if (form.dataset.at) history.replaceState(null, "", form.dataset.at);
    } catch (x) {
      if (x.message !== "401") say("与服务器断开，您填的内容还在这一页，恢复后会自动续上。");
      again = setTimeout(save, 3000);
    }
    busy = false;
  };
  typed(form, 700, save);
  on(form, "submit", () => { form.dataset.gone = 1; clearTimeout(again); });
}

// one press, one submit
for (const form of $$("form[method=post]")) on(form, "submit", e => {
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = 1; setTimeout(() => { delete form.dataset.sent; }, 4000);
});
on(window, "pageshow", () => { for (const f of $$("form")) { delete f.dataset.sent; delete f.dataset.gone; } });

// parts that renew themselves: never while a form in them is in use, never in a hidden tab
for (const part of $$("[data-refresh]")) setInterval(async () => {
  if (document.hidden || part.contains(document.activeElement) || part.dataset.dirty) return;
  try {
    const r = await fetch(location.href, { redirect: "manual", headers: { "X-Refresh": "1" } });
    if (!r.ok) return;
    const fresh = new DOMParser().parseFromString(await r.text(), "text/html").getElementById(part.id);
    if (fresh && !part.contains(document.activeElement) && !part.dataset.dirty) part.innerHTML = fresh.innerHTML;
  } catch { /* the next round tries again */ }
}, 30000);
for (const part of $$("[data-refresh]")) on(part, "input", () => { part.dataset.dirty = 1; });

// the list of keys, over the page, so that no form is left
async function keys() {
  let box = $("dialog");
  if (!box) {
    const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
    box = document.createElement("dialog");
    box.append($("#keys", page));
    box.setAttribute("aria-label", "快捷键");
    document.body.append(box);
  }
  box.open ? box.close() : box.showModal();
}
on($("[data-keys]"), "click", e => { e.preventDefault(); keys(); });
on(document, "click", e => { if (e.target.closest("[data-print]")) print(); });

// a secret shown once: copied, or where the browser has no clipboard for plain HTTP, selected
for (const b of $$("[data-copy]")) {
  const text = $("pre", b.closest("div"));
  b.hidden = false;
  on(b, "click", async () => {
    getSelection().selectAllChildren(text);
    try { await navigator.clipboard.writeText(text.textContent); b.textContent = "已复制"; } catch { b.textContent = "已选中，请按 Ctrl+C"; }
  });
}

const tick = el => { if (el) { el.checked = true; el.dispatchEvent(new Event("change", { bubbles: true })); el.focus(); } return el; };
on(document, "keydown", e => {
  if (e.isComposing || e.keyCode === 229) return;
  const t = e.target, writing = /INPUT|TEXTAREA|SELECT/.test(t.tagName), key = e.key.toLowerCase();
  let done = true;
  if (e.ctrlKey && key === "enter") { const f = t.form?.method === "post" && $(".go", t.form) ? t.form : $("form[data-main]"); f ? f.requestSubmit($(".go", f)) : done = false; }
  else if (e.altKey && /^[1-5]$/.test(key) && $("[data-one]")) { const b = $(`[data-one="${key}"]`, t.closest("[data-pick]") || $("[data-pick]")); b ? b.click() : done = false; }
  else if (e.altKey && /^[1-5]$/.test(key)) done = tick($$(".sugs input[type=radio]", t.closest("form[data-pick]") || document)[key - 1]);
  else if (e.altKey && "qwr".includes(key)) done = tick($(`[data-key="${key}"]`));
  else if (key === "f1" || (key === "?" && !writing)) keys();
  else if (key === "f2") location = "/tickets/new";
  else if (key === "f3") { const q = $("#q"); q ? q.focus() : done = false; }
  else done = false;
  if (done) e.preventDefault();
});

$(".errsum")?.focus();
