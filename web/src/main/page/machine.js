// The stack, in a worker of its own, so that the page stays quick. What is asked again before it is answered is dropped.

// The compiled lab comes packed, four octets in five characters: the page should be a small file.
async function unpack(text) {
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%()+,-./:;=?@[]^_{|}$";
  const values = new Uint8Array(128);
  [...digits].forEach((digit, i) => { values[digit.charCodeAt(0)] = i; });
  const packed = text.trim();
  const bytes = new Uint8Array(Math.floor(packed.length * 4 / 5));
  for (let i = 0, at = 0; i < packed.length; i += 5) {
    let word = 0;
    for (let k = i; k < i + 5; k++) word = word * 85 + (k < packed.length ? values[packed.charCodeAt(k)] : 84);
    for (let shift = 24; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = word / 2 ** shift & 255;
  }
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")));
}

const ANSWER = `
async function answer({ data: [id, what, text] }) {
  try { postMessage([id, (await engine)[what](text), null]); }
  catch (error) { postMessage([id, null, String(error && error.message || error)]); }
}`;

// WebAssembly has integers of 64 bits, of which a stack makes many: the first run, which nothing has warmed up yet, takes a
// quarter of the time. It is compiled once for all workers: one that begins anew is as fast as the one that was stopped.
const COMPILED = `
let engine;
WebAssembly.compile = async module => module;
onmessage = ({ data }) => { engine = TeaVM.wasmGC.load(data).then(loaded => loaded.exports); onmessage = answer; };`;

async function compiledEngine() {
  const [bytes, runtime] = await Promise.all([unpack($("compiled").textContent).then(all => all.arrayBuffer()), unpack($("runtime").textContent).then(all => all.text())]);
  return { name: "compiled", parts: [runtime, COMPILED, ANSWER], module: await WebAssembly.compile(bytes, { builtins: ["js-string"] }) };
}

const SCRIPT = `
const engine = module.exports;
onmessage = answer;`;

async function scriptEngine() {
  const source = await (await unpack($("engine").textContent)).text();
  return { name: "script", parts: ["var module = {exports: {}}, exports = module.exports;", source, SCRIPT, ANSWER], module: null };
}

// A browser that cannot take the one, being older or forbidden to, has the other: the same comes out.
async function bestEngine() {
  try { return await compiledEngine(); }
  catch (cannot) { return scriptEngine(); }
}

class Machine {
  constructor(engine) {
    this.engine = engine;
    this.waiting = new Map();
    this.last = 0;
    this.start();
  }

  start() {
    const url = URL.createObjectURL(new Blob(this.engine.parts, { type: "text/javascript" }));
    this.worker = new Worker(url);
    if (this.engine.module) this.worker.postMessage(this.engine.module);
    this.worker.onmessage = ({ data: [id, answer, error] }) => {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (asked) error === null ? asked.resolve(answer) : asked.reject(new Error(error));
    };
    this.worker.onerror = event => this.fail(new Error(event.message || "the worker stopped"));
  }

  fail(error) {
    for (const asked of this.waiting.values()) asked.reject(error);
    this.waiting.clear();
  }

  // Stops what is running, if anything is: nobody waits for its answer any longer.
  interrupt() {
    if (!this.waiting.size) return;
    this.worker.terminate();
    this.waiting.clear();
    this.start();
  }

  async ask(what, text = "") {
    return JSON.parse(await this.text(what, text));
  }

  text(what, text) {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage([id, what, text]);
    });
  }

  run(settings) {
    return this.ask("run", settings.map(([name, value]) => name + "=" + value).join("\n"));
  }
}
