import { useRouter } from "@tanstack/react-router";
import { type Schema, useMayWrite, useReadiness, useSearch } from "../../api";
import { Address, Badge, Button, type Column, EmptyState, ExportMenu, Filters, Link, LinkButton, Origin, Page, SearchField, Table, Time, useFragmentState, useKey } from "../../ui";
import { ProviderHealth } from "./health";
import { type Provider, addressOf, productOf, signsIn } from "./products";

const DEFAULTS = { search: "", sort: "name" };

/** Who vouches for people and programs. */
export function ProviderListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const router = useRouter();
  const may = useMayWrite("provider");
  const list = useSearch("/api/v1/providers/search", { search: state.search, sort: state.sort as Schema<"Order"> });
  const readiness = useReadiness();
  const create = () => may.create && void router.navigate({ to: "/providers/new", search: true } as never);
  useKey("c", create);
  const columns: Column<Provider>[] = [
    { id: "name", title: "Name", width: "1.5fr", sort: "name", cell: (provider) => <Link to={`/providers/${provider.id}`}>{provider.name}</Link> },
    { id: "kind", title: "Kind", width: "160px", cell: ({ document }) => productOf(document).title },
    { id: "address", title: "Issuer or endpoint", width: "2fr", cell: ({ document }) => <Address value={addressOf(document)} /> },
    { id: "health", title: "Health", width: "165px", cell: ({ document, name }) => readiness.data && <ProviderHealth entry={document} health={readiness.data.providers.find((one) => one.name === name)} /> },
    { id: "use", title: "Used for", width: "160px", cell: ({ document }) => <Uses provider={document} /> },
    { id: "origin", title: "Managed by", width: "110px", cell: ({ origin }) => <Origin value={origin} /> },
    { id: "updated", title: "Changed", width: "110px", sort: "updated_at", cell: ({ updated_at }) => <Time value={updated_at} /> },
  ];
  const isFiltered = state.search !== "";
  return (
    <Page
      actions={
        may.create && (
          <LinkButton icon="plus" kind="primary" to="/providers/new">
            New provider
          </LinkButton>
        )
      }
      commands={may.create ? [{ title: "New provider", icon: "plus", run: create }] : []}
      description="Whoever calls shows a credential; a provider says whose it is. Accounts of Casemate's own need none."
      title="Providers"
    >
      <Filters end={<ExportMenu asked={list.asked} name="providers" />} onReset={isFiltered ? () => setState({ search: "" }) : undefined}>
        <SearchField label="Search name" onChange={(search) => setState({ search })} value={state.search} />
      </Filters>
      <Table
        columns={columns}
        empty={
          isFiltered ? (
            <EmptyState actions={<Button onPress={() => setState({ search: "" })}>Clear filters</Button>} icon="search" title="No provider fits">
              No provider has a name like that.
            </EmptyState>
          ) : (
            <EmptyState
              actions={
                may.create && (
                  <LinkButton icon="plus" kind="primary" to="/providers/new">
                    New provider
                  </LinkButton>
                )
              }
              icon="link"
              title="No providers yet"
            >
              Connect the identity provider that your organisation has, so that people sign in with it.
            </EmptyState>
          )
        }
        label="Providers"
        list={{ ...list, items: list.items as unknown as Provider[] }}
        onSort={(sort) => setState({ sort })}
        rowId={(provider) => provider.id}
        sort={state.sort}
        to={(provider) => `/providers/${provider.id}`}
      />
    </Page>
  );
}

function Uses({ provider }: { provider: Provider["document"] }) {
  const uses = [signsIn(provider) && "Sign-in", ((provider.audiences?.length ?? 0) > 0 || (provider.type ?? "openid") === "introspection" || provider.type === "hook") && "Tokens", provider.ldap && "LDAP", provider.scim && "SCIM"].filter(Boolean);
  return (
    <>
      {uses.map((use) => (
        <span key={String(use)}>
          <Badge>{use}</Badge>{" "}
        </span>
      ))}
    </>
  );
}
