import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { type Plugin, defineConfig } from "vite";

/** The server that answers everything but the console while developing. */
const SERVER = process.env["CASEMATE_URL"] ?? "http://127.0.0.1:7654";
const FORWARDED = ["/api", "/access", "/sign-in", "/sign-out", "/signed-out", "/account", "/invitation", "/livez", "/readyz", "/scim"];

/** The console speaks English: react-aria's words in thirty other languages would be most of what it weighs. */
function oneLanguage(): Plugin {
  return {
    name: "one-language",
    enforce: "pre",
    load(id) {
      const words = /[\\/](?:intl|dist)[\\/](?:.*[\\/])?([a-z]{2}-[A-Z]{2})\.(?:mjs|js)$/.exec(id.split("?")[0] ?? "");
      return words && id.includes("react-") && words[1] !== "en-US" ? "export default {};" : undefined;
    },
  };
}

/** Under Trusted Types not even an empty text may be given to `innerHTML`, which react-aria's announcer does. */
function noInnerHtml(): Plugin {
  return {
    name: "no-inner-html",
    transform(code, id) {
      if (!id.includes("react-aria") || !code.includes("innerHTML")) return undefined;
      return { code: code.replace(/\.innerHTML = ''/g, ".textContent = ''").replace(/\.innerHTML = ""/g, '.textContent = ""'), map: null };
    },
  };
}

/** Beside each file its compressed form, which the server sends to whoever takes it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (!/\.(js|css|svg|wasm)$/.test(name)) continue;
          const source = gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 });
          this.emitFile({ type: "asset", fileName: `${name}.gz`, source });
        }
      },
    },
  };
}

const AUDIT = fileURLToPath(new URL("../sdk/typescript/src/audit.ts", import.meta.url));
const AUDIT_WASM = fileURLToPath(new URL("../sdk/typescript/wasm/audit.js", import.meta.url));

/**
 * What checks the audit log comes from the SDK of this repository, with the WebAssembly that `cargo xtask wasm` builds. Without that, the
 * console is built all the same, and says where somebody wants to check that it cannot.
 */
function auditCheck(): Plugin {
  const NAME = "@casemate/sdk/audit";
  const NONE = "\0audit-check-missing";
  return {
    name: "audit-check",
    enforce: "pre",
    resolveId(id) {
      if (id !== NAME) return undefined;
      if (existsSync(AUDIT_WASM)) return AUDIT;
      this.warn("sdk/typescript/wasm is not built (cargo xtask wasm): this console cannot check proofs");
      return NONE;
    },
    load(id) {
      if (id !== NONE) return undefined;
      return 'const missing = async () => { throw new Error("This console was built without what checks proofs"); };\nexport { missing as verifyEvent, missing as verifyConsistency };';
    },
  };
}

export default defineConfig({
  base: "/console/",
  plugins: [auditCheck(), oneLanguage(), noInnerHtml(), react(), compressed()],
  build: {
    target: ["chrome125", "firefox128", "safari18"],
    // Everything is a file of its own: the policy allows no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    outDir: "dist",
    manifest: true,
    chunkSizeWarningLimit: 400,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(FORWARDED.map((path) => [path, { target: SERVER }])),
  },
});
