import { Checkbox, type DocumentForm, FieldRow, More, Notice, SecretField, TextField } from "../../ui";
import type { Kind } from "./words";

/** Where a sink of a kind is. */
export function Destination({ form, kind }: { form: DocumentForm; kind: Kind }) {
  if (kind === "webhook") return <Webhook form={form} />;
  if (kind === "syslog") return <Syslog form={form} />;
  if (kind === "nats") return <Nats form={form} />;
  return (
    <>
      <TextField help="In the server's folder for such files (sinks.folder), ending in .ndjson." label="File" mono placeholder="audit.ndjson" required {...form.text("/file/name")} />
      <FieldRow>
        <TextField help="100 where nothing is said. Each day begins a new one besides." label="New file at, MiB" optional {...form.number("/file/rotate_megabytes")} />
        <TextField help="30 where nothing is said. Older ones are deleted." label="Earlier files kept" optional {...form.number("/file/keep")} />
      </FieldRow>
    </>
  );
}

function Webhook({ form }: { form: DocumentForm }) {
  return (
    <>
      <TextField help="https, or http on the machine of the server." label="URL" mono placeholder="https://siem.example.com/casemate" required {...form.text("/webhook/url")} />
      <SecretField help="At least 32 bytes. Requests are signed with it (HMAC-SHA256). It is sealed, and nobody can read it again." label="Signing secret" least={32} required {...form.secret("/webhook/signing_secret")} />
      <More title="Limits">
        <FieldRow>
          <TextField help="1 to 256; 100 where nothing is said." label="Events a request" optional {...form.number("/webhook/max_events")} />
          <TextField help="262,144 where nothing is said." label="Largest request, bytes" optional {...form.number("/webhook/max_bytes")} />
          <TextField help="At most 10,000." label="Time-out, ms" optional {...form.number("/webhook/timeout_milliseconds")} />
        </FieldRow>
        <Checkbox help="Whoever is on the way reads events." {...form.flag("/webhook/allow_insecure_http")}>
          Accept http to another machine
        </Checkbox>
      </More>
    </>
  );
}

function Syslog({ form }: { form: DocumentForm }) {
  const isInsecure = form.flag("/syslog/insecure").selected;
  return (
    <>
      <FieldRow>
        <TextField help="Its certificate has to be for this name." label="Host" mono placeholder="syslog.example.com" required {...form.text("/syslog/host")} />
        <TextField help={isInsecure ? "601 where nothing is said." : "6514 where nothing is said."} label="Port" optional {...form.number("/syslog/port")} />
      </FieldRow>
      <Notice title="Syslog acknowledges nothing">What a server took and lost is lost there. Use a webhook, NATS or a file where that is not enough.</Notice>
      <More open={form.text("/syslog/client_certificate").value !== ""} title="TLS and limits">
        <TextField help="Shown to a server that asks for it, in PEM form." label="Client certificate" mono optional rows={3} {...form.text("/syslog/client_certificate")} />
        <SecretField label="Client key" rows={3} {...form.secret("/syslog/client_key")} />
        <FieldRow>
          <TextField help="0 to 23; 13 (log audit) where nothing is said." label="Facility" optional {...form.number("/syslog/facility")} />
          <TextField help="8,192 where nothing is said." label="Longest message, bytes" optional {...form.number("/syslog/max_bytes")} />
        </FieldRow>
        <Checkbox help="Whoever is on the way reads, changes and leaves out events." {...form.flag("/syslog/insecure")}>
          Plain TCP, without TLS
        </Checkbox>
      </More>
    </>
  );
}

function Nats({ form }: { form: DocumentForm }) {
  return (
    <>
      <FieldRow>
        <TextField label="Server" mono placeholder="tls://nats.example.com" required {...form.text("/nats/url")} />
        <TextField help="A stream has to take it: make the stream first." label="Subject" mono placeholder="audit.casemate" required {...form.text("/nats/subject")} />
      </FieldRow>
      <FieldRow>
        <TextField label="User" optional {...form.text("/nats/user")} />
        <SecretField label="Password" {...form.secret("/nats/password")} />
      </FieldRow>
      <More open={form.read("/nats/token") !== undefined} title="Token and limits">
        <SecretField help="In place of user and password." label="Token" {...form.secret("/nats/token")} />
        <TextField help="1,048,576 where nothing is said." label="Longest message, bytes" optional {...form.number("/nats/max_bytes")} />
        <Checkbox help="Whoever is on the way reads events, and what is signed in with." {...form.flag("/nats/insecure")}>
          Without TLS
        </Checkbox>
      </More>
    </>
  );
}
