import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useSave } from "../../api";
import { Button, Icon, Page, Panel, Stack, toast, useFragmentState } from "../../ui";
import { ProviderForm } from "./form";
import { type Entry, PRODUCTS, type Product } from "./products";
import styles from "./provider.module.css";

const CRUMBS = [["Providers", "/providers"]] as const;
const DEFAULTS = { kind: "" };

/** First which product it is, then what is to be known of it. */
export function NewProviderPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const product = PRODUCTS.find(({ id }) => id === state.kind);
  if (product) return <Chosen key={product.id} onBack={() => setState({ kind: "" })} product={product} />;
  return (
    <Page breadcrumbs={CRUMBS} description="Choose what people sign in with, or whose tokens are shown: it says how the form begins." narrow title="New provider">
      {(["Products", "Protocols"] as const).map((group) => (
        <Panel key={group} title={group}>
          <div className={styles.products}>
            {PRODUCTS.filter((one) => one.group === group).map((one) => (
              <button className={styles.product} key={one.id} onClick={() => setState({ kind: one.id })} type="button">
                <span className={styles.productTitle}>{one.title}</span>
                <span className={styles.productHelp}>{one.help}</span>
                <Icon name="chevronRight" />
              </button>
            ))}
          </div>
        </Panel>
      ))}
    </Page>
  );
}

function Chosen({ product, onBack }: { product: Product; onBack: () => void }) {
  const navigate = useNavigate();
  const initial = useMemo(() => product.begin, [product]);
  const save = useSave<Entry>("/api/v1/providers", undefined, (saved) => {
    toast(`${saved.name} was made`);
    void navigate({ to: `/providers/${saved.id}`, search: true } as never);
  });
  return (
    <Page breadcrumbs={[...CRUMBS, ["New", "/providers/new"]]} narrow title={`New provider: ${product.title}`}>
      <Stack>
        <ProviderForm
          cancel={
            <Button icon="arrowLeft" onPress={onBack}>
              Another kind
            </Button>
          }
          initial={initial}
          save={save}
          product={product}
          verb="Create provider"
        />
      </Stack>
    </Page>
  );
}
