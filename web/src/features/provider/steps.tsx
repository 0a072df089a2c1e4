import { CopyButton, Notice, Panel, Stack } from "../../ui";
import type { Product } from "./products";
import styles from "./provider.module.css";

/** What has to be done at the product, with the addresses of this installation. */
export function Steps({ product, name }: { product: Product; name: string }) {
  const filled = (text: string) => text.replaceAll("BASE", location.origin).replaceAll("NAME", name || "NAME");
  return (
    <Panel title={product.group === "Products" ? `Set up at ${product.title}` : "Set up at the provider"}>
      <Stack>
        <ol className={styles.steps}>
          {(product.steps ?? []).map((step) => (
            <li key={step}>
              {filled(step)
                .split(/(https?:\/\/[^\s,;]+[^\s,;.])/)
                .map((part, index) => (index % 2 === 1 ? <Address key={index} text={part} /> : index === 0 ? part : part.replace(/^[.,;]?\s*/, "")))}
            </li>
          ))}
        </ol>
        {product.note !== undefined && <Notice kind="warn">{product.note}</Notice>}
        {product.group === "Products" && <div className={styles.faint}>Written after the vendor's documentation; not tried against the live service.</div>}
      </Stack>
    </Panel>
  );
}

function Address({ text }: { text: string }) {
  return (
    <span className={styles.address}>
      <code>{text}</code>
      <CopyButton label={`Copy ${text}`} text={text} />
    </span>
  );
}
