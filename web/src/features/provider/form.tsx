import { type FormEvent, type ReactNode, useId } from "react";
import type { Saving } from "../../api";
import { Button, Checkbox, FieldRow, FormActions, hasShortSecret, isAlike, ListField, MapField, meanwhileOf, More, Notice, Panel, SaveNotice, SecretField, Select, Stack, TextField, useDocument, useUnsaved, withoutEmptyParts } from "../../ui";
import { ClaimFields } from "./claims";
import { DirectoryFields } from "./directory-fields";
import { type Entry, type Product, signsIn } from "./products";
import { Steps } from "./steps";

interface Props {
  product: Product;
  initial: Entry;
  save: Saving<Entry>;
  cancel: ReactNode;
  verb: string;
}

/** All that a provider of a kind can be told. */
export function ProviderForm({ product, initial, save, cancel, verb }: Props) {
  const form = useDocument<Entry>(initial, save.error);
  const unsaved = useUnsaved(!isAlike(form.document, save.opened?.document ?? initial), "This provider", save);
  const id = useId();
  const kind = initial.type ?? "openid";
  const hasBrowser = kind === "openid" || kind === "github";
  const run = () => {
    if (!save.isPending) save.mutate(withoutEmptyParts(form.document, ["scim"]));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!hasShortSecret(event.currentTarget)) run();
  };
  return (
    <form id={id} noValidate onSubmit={submit}>
      <Stack>
        {product.steps ? <Steps name={form.document.name} product={product} /> : product.note !== undefined && <Notice kind="warn">{product.note}</Notice>}
        <Panel title="Connection">
          <Stack>
            <TextField autoFocus help={`Its identities are known under it${hasBrowser ? ", and redirect URIs contain it" : ""}: letters, digits, - _ and dots. It stays.`} label="Name" mono required {...form.text("/name")} />
            {kind === "openid" && (
              <TextField help="To the letter as its tokens and its discovery document say it." label="Issuer" mono placeholder={product.issuer ?? "https://login.example.com"} required {...form.text("/issuer")} />
            )}
            {(kind === "introspection" || kind === "hook") && <TextField label="Endpoint" mono placeholder="https://login.example.com/introspection" required {...form.text("/endpoint")} />}
            {kind === "github" && <TextField help="Of a GitHub Enterprise Server." label="Server" mono optional placeholder="https://github.com" {...form.text("/endpoint")} />}
            {kind !== "hook" && (
              <FieldRow>
                <TextField help={hasBrowser ? "With it people sign in with a browser." : undefined} label="Client id" mono optional={kind === "openid"} {...form.text("/client_id")} />
                <SecretField label="Client secret" required={kind !== "openid"} {...form.secret("/client_secret")} />
              </FieldRow>
            )}
            {kind === "hook" && <SecretField help="At least 32 bytes. Requests are signed with it." label="Signing secret" least={32} required {...form.secret("/signing_secret")} />}
          </Stack>
        </Panel>
        {hasBrowser && signsIn(form.document) && (
          <Panel title="Sign-in with a browser">
            <Stack>
              <FieldRow>
                <TextField help="What the sign-in page calls it." label="Title" optional {...form.text("/sign_in/title")} />
                <ListField help="Whose e-mail addresses lead to it." label="Domains" optional placeholder="example.com" {...form.list("/sign_in/domains")} />
              </FieldRow>
              <MapField help="name = value. Who comes without is refused." label="Required claims" optional placeholder="hd = example.com" {...form.map("/sign_in/require")} />
              <Checkbox help="Whoever does is the same user by either. It trusts this provider with people of others." {...form.flag("/sign_in/link")}>
                People may link it with other sign-ins of theirs
              </Checkbox>
              <More title="Scopes and authentication">
                <ListField help="openid, profile, email and what the preset adds, where none is named." label="Scopes" optional {...form.list("/sign_in/scopes")} />
                <Select
                  label="How Casemate authenticates"
                  options={[
                    { value: "", label: "Default", help: "client_secret_basic with a secret, none without." },
                    { value: "client_secret_basic", label: "client_secret_basic" },
                    { value: "client_secret_post", label: "client_secret_post" },
                    { value: "none", label: "none" },
                  ]}
                  {...form.choice("/sign_in/authentication", "")}
                />
              </More>
            </Stack>
          </Panel>
        )}
        <Panel title={hasBrowser ? "Tokens of its callers" : "What is asked"}>
          <Stack>
            {kind !== "github" && kind !== "hook" && <ListField help={hasBrowser ? "A token has to be for one of these. Without any, its tokens are not taken; people may still sign in." : "A token has to be for one of these. Without any, it may be for whomever."} label="Audiences" mono optional placeholder="casemate" {...form.list("/audiences")} />}
            {kind === "introspection" && <TextField help="The iss that an answer must have." label="Issuer" mono optional {...form.text("/issuer")} />}
            {(kind === "introspection" || kind === "hook") && (
              <FieldRow>
                <TextField help="Only tokens that begin so are asked about." label="Token prefix" mono optional {...form.text("/token_prefix")} />
                <TextField help={kind === "hook" ? "0 where nothing is said." : "60 where nothing is said; 0 asks each time."} label="Answer kept, seconds" optional {...form.number("/max_cache_seconds")} />
                <TextField help="3,000 where nothing is said." label="Time-out, ms" optional {...form.number("/timeout_milliseconds")} />
              </FieldRow>
            )}
            {kind === "github" && <div>GitHub's tokens are not taken: people sign in with a browser.</div>}
            {kind === "openid" && (
              <More open={Boolean(initial.token_type ?? initial.jwks_uri ?? initial.leeway_seconds)} title="Keys and verification">
                <FieldRow>
                  <Select label="Token type" options={[{ value: "at+jwt", label: "at+jwt", help: "RFC 9068." }, { value: "jwt", label: "jwt", help: "Issuers of other access tokens." }]} {...form.choice("/token_type", "at+jwt")} />
                  <TextField help="60 where nothing is said." label="Leeway, seconds" optional {...form.number("/leeway_seconds")} />
                  <TextField help="A day where nothing is said." label="Keys kept while it is down, seconds" optional {...form.number("/max_stale_seconds")} />
                </FieldRow>
                <TextField help="For an issuer without a discovery document." label="Key set" mono optional {...form.text("/jwks_uri")} />
              </More>
            )}
            {kind !== "github" && (
              <More open={initial.allow_insecure_http === true} title="Insecure">
                <Checkbox help="Whoever can change what travels between can forge its identities." {...form.flag("/allow_insecure_http")}>
                  Accept http to another machine
                </Checkbox>
              </More>
            )}
          </Stack>
        </Panel>
        {kind !== "hook" && <ClaimFields form={form} />}
        <DirectoryFields form={form} />
        {initial.mapping !== undefined && initial.mapping.length > 0 && (
          <Notice title={`${initial.mapping.length} mapping rule${initial.mapping.length === 1 ? "" : "s"} stay as they are`}>They are written and tried on the provider's page, under Mapping.</Notice>
        )}
        <SaveNotice error={save.error} meanwhile={meanwhileOf(save, form.take)} onRetry={run} />
        <FormActions>
          {cancel}
          <Button kind="primary" pending={save.isPending} type="submit">
            {verb}
          </Button>
        </FormActions>
      </Stack>
      {unsaved.dialog}
    </form>
  );
}
