// A demo of its own for the tests: a few weeks of riders, on free ports, ended with the tests.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY = process.env.HANDSHAKE_BIN ?? new URL("../../target/release/handshake", import.meta.url).pathname;
const PATIENCE_MS = 120_000;
const ROWS = "3000";

/** A directory for a demo, gone when the tests are. */
export const directory = () => {
  const folder = mkdtempSync(join(tmpdir(), "handshake-browser-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "demo");
};

const command = (data, ...words) => [BINARY, ["--data", data, ...words]];

/** Runs a command to its end, and reads the JSON it answers. */
export const said = (data, ...words) => {
  const ended = spawnSync(...command(data, "--json", ...words), { encoding: "utf8" });
  if (ended.status !== 0) throw new Error(`${words.join(" ")}: ${ended.stderr}`);
  return JSON.parse(ended.stdout);
};

/** Starts a demo and waits until it says where everything is. */
export const start = async (data = directory(), rows = ROWS) => {
  const doors = ["--listen", "127.0.0.1:0", "--shop-listen", "127.0.0.1:0"];
  const child = spawn(...command(data, "demo", "--rows", rows, ...doors), { stdio: ["ignore", "ignore", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  let text = "";
  const greeting = await new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error(`the demo did not start: ${text}`)), PATIENCE_MS);
    child.on("exit", (code) => failed(new Error(`the demo ended with ${code}: ${text}`)));
    child.stderr.on("data", (more) => {
      text += more;
      if (!text.includes("Ctrl-C ends it")) return;
      clearTimeout(late);
      done(text);
    });
  });
  const found = (name) => greeting.match(new RegExp(`^ *${name} +(https?://[^ \\n]+)`, "m"))?.[1].replace(/\/$/, "");
  return {
    data,
    shop: found("the shop"),
    handshake: new URL(found("Handshake")).origin,
    console: found("the console"),
    password: greeting.match(/with the password (\S+)/)?.[1],
    greeting,
    stop: () => new Promise((done) => {
      process.off("exit", kill);
      child.removeAllListeners("exit");
      child.on("exit", done);
      child.kill("SIGTERM");
    }),
  };
};

/** Every file below a directory, as bytes. */
export const bytesBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .map((it) => readFileSync(join(it.parentPath ?? it.path, it.name)));

/** A UUIDv7. */
export const event = () => {
  const time = Date.now().toString(16).padStart(12, "0");
  const random = () => Math.floor(Math.random() * 4096).toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random()}-8${random()}-${random()}${random()}${random()}${random()}`;
};

/** Asks a server door with a secret key. */
export const asServer = async (demo, path, body) => {
  demo.secret ??= said(demo.data, "keys", "add", "secret", "--caller", "browser-tests").key;
  // The server reads new keys within a second.
  for (let tries = 0; ; tries++) {
    const response = await fetch(demo.handshake + path, {
      method: "POST",
      headers: { authorization: `Bearer ${demo.secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.status !== 401 || tries === 20) return response.json();
    await new Promise((done) => setTimeout(done, 250));
  }
};
