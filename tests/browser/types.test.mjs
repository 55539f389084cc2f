// The SDK is plain JavaScript whose types a compiler checks against what it declares.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test("the types of the SDK hold", () => {
  const compiler = here("node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", here("../../sdk/tsconfig.json")], { stdio: "inherit" });
});
