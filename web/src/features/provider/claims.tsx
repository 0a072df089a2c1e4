import { useState } from "react";
import { type DocumentForm, FieldRow, ListField, More, Panel, Select, Stack, TextField } from "../../ui";

/** A path of names as text: `realm_access > roles`. */
export function pathText(path: unknown): string {
  if (Array.isArray(path)) return path.join(" > ");
  return typeof path === "string" ? path : "";
}

/** What such a text means: one name, or names that lead inwards. */
export function pathOf(text: string): string | string[] | undefined {
  const names = text.split(">").map((name) => name.trim());
  const filled = names.filter((name) => name !== "");
  if (filled.length === 0) return undefined;
  return filled.length === 1 ? (filled[0] as string) : filled;
}

function ClaimPath({ form, at, label, help, placeholder }: { form: DocumentForm; at: string; label: string; help?: string; placeholder: string }) {
  const pointer = `/claims/${at}`;
  const [text, setText] = useState(pathText(form.read(pointer)));
  const change = (now: string) => {
    setText(now);
    form.set(pointer, pathOf(now));
  };
  return <TextField error={form.text(pointer).error} help={help} label={label} mono onChange={change} optional placeholder={placeholder} value={text} />;
}

/** Which claims become what. */
export function ClaimFields({ form }: { form: DocumentForm }) {
  const kept = form.read("/claims/keep");
  return (
    <Panel title="Which claims become what">
      <Stack>
        <FieldRow>
          <ClaimPath at="id" form={form} help="What identifies somebody for good." label="Id" placeholder="sub" />
          <ClaimPath at="login" form={form} label="Login" placeholder="preferred_username" />
          <ClaimPath at="groups" form={form} help="A claim within a claim: realm_access > roles." label="Groups" placeholder="groups" />
        </FieldRow>
        <More open={form.read("/claims/tenant") !== undefined || kept !== undefined} title="Name, tenant, kind, and what expressions read">
          <FieldRow>
            <ClaimPath at="display_name" form={form} label="Name" placeholder="name" />
            <ClaimPath at="tenant" form={form} help="Without it everybody is of default." label="Tenant" placeholder="none" />
            <TextField help="service for an issuer of workload tokens." label="Kind of callers" optional placeholder="user" {...form.text("/claims/default_type")} />
          </FieldRow>
          <Select
            label="Claims that stay with the identity"
            onChange={(value) => form.set("/claims/keep", value === "all" ? undefined : value === "none" ? [] : ["department"])}
            options={[
              { value: "all", label: "All but those about the token" },
              { value: "some", label: "Only some" },
              { value: "none", label: "None", help: "Rules and expressions then see no claims." },
            ]}
            value={!Array.isArray(kept) ? "all" : kept.length === 0 ? "none" : "some"}
          />
          {Array.isArray(kept) && kept.length > 0 && <ListField label="Kept claims" mono {...form.list("/claims/keep")} />}
        </More>
      </Stack>
    </Panel>
  );
}
