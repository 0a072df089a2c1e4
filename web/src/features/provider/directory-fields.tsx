import { Checkbox, type DocumentForm, FieldRow, MapField, More, Panel, SecretField, Select, Stack, TextField } from "../../ui";

/** How the provider's users and groups come before they sign in. */
export function DirectoryFields({ form }: { form: DocumentForm }) {
  const way = form.read("/ldap") !== undefined ? "ldap" : form.read("/scim") !== undefined ? "scim" : "none";
  const choose = (now: string) => {
    form.set("/ldap", now === "ldap" ? { url: "", bind_dn: "", base: "" } : undefined);
    form.set("/scim", now === "scim" ? { account: "" } : undefined);
  };
  return (
    <Panel title="Users and groups">
      <Stack>
        <Select
          label="How they come"
          onChange={choose}
          options={[
            { value: "none", label: "With tokens and sign-ins", help: "Nobody is known before they come." },
            { value: "scim", label: "The provider sends them (SCIM)", help: "Deactivation counts within a second." },
            { value: "ldap", label: "Pulled from an LDAP directory", help: "Where the provider cannot reach Casemate." },
          ]}
          value={way}
        />
        {way === "scim" && (
          <FieldRow>
            <TextField help="The service account by whose API keys they are sent." label="Service account" required {...form.text("/scim/account")} />
            <Select
              label="What its tokens call a user"
              options={[
                { value: "external_id", label: "External id" },
                { value: "user_name", label: "User name" },
                { value: "id", label: "Casemate's id" },
              ]}
              {...form.choice("/scim/subject", "external_id")}
            />
          </FieldRow>
        )}
        {way === "ldap" && <Ldap form={form} />}
      </Stack>
    </Panel>
  );
}

function Ldap({ form }: { form: DocumentForm }) {
  return (
    <>
      <FieldRow>
        <TextField help="ldaps://, or ldap:// with StartTLS." label="Address" mono placeholder="ldaps://ldap.example.com" required {...form.text("/ldap/url")} />
        <Select
          label="Product"
          options={[
            { value: "open_ldap", label: "OpenLDAP" },
            { value: "active_directory", label: "Active Directory", help: "Not tried against a live one." },
          ]}
          {...form.choice("/ldap/preset", "open_ldap")}
        />
      </FieldRow>
      <FieldRow>
        <TextField help="It has to read, and nothing more." label="Bind DN" mono required {...form.text("/ldap/bind_dn")} />
        <SecretField label="Bind password" required {...form.secret("/ldap/bind_password")} />
      </FieldRow>
      <TextField help="Below which entry users are looked for." label="Base" mono placeholder="dc=example,dc=com" required {...form.text("/ldap/base")} />
      <FieldRow>
        <TextField help="The attribute that holds what tokens call a user. Where it is wrong, nobody is recognised." label="Subject attribute" mono optional placeholder="entryUUID" {...form.text("/ldap/attributes/subject")} />
        <MapField help="claim = attribute." label="Claims" optional placeholder="department = departmentNumber" {...form.map("/ldap/claims")} />
      </FieldRow>
      <More title="Filters, intervals and safety">
        <FieldRow>
          <TextField label="User filter" mono optional {...form.text("/ldap/user_filter")} />
          <TextField label="Group filter" mono optional {...form.text("/ldap/group_filter")} />
          <TextField label="Group base" mono optional {...form.text("/ldap/group_base")} />
        </FieldRow>
        <FieldRow>
          <TextField help="300 where nothing is said." label="Asked every, seconds" optional {...form.number("/ldap/interval_seconds")} />
          <TextField help="21,600 where nothing is said." label="Read as a whole every, seconds" optional {...form.number("/ldap/full_interval_seconds")} />
          <TextField help="10 where nothing is said." label="May vanish at once, percent" optional {...form.number("/ldap/max_removed_percent")} />
        </FieldRow>
        <Checkbox {...form.flag("/ldap/start_tls")}>StartTLS on ldap://</Checkbox>
        <Checkbox {...form.flag("/ldap/nested_groups")}>Members of groups in groups count</Checkbox>
      </More>
    </>
  );
}
