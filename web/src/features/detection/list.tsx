import { useRouter } from "@tanstack/react-router";
import { useMayWrite, useSearch } from "../../api";
import { Badge, type Column, EmptyState, ExportMenu, Filters, Link, LinkButton, Origin, Page, SearchField, Status, Table, fixedList, isState, useFragmentState, useKey } from "../../ui";
import { ALWAYS, type Detection, type Packed, levelOf, usePack } from "./words";

interface Row {
  name: string;
  title: string;
  own?: Detection;
  packed?: Packed;
}

const DEFAULTS = { search: "" };

function levelsOf(row: Row): string | undefined {
  if (row.own?.document.rules) return levelOf(row.own.document.rules);
  const levels = row.packed?.rules.map(({ level }) => level) ?? [];
  return ["critical", "high", "medium", "low"].find((level) => levels.includes(level));
}

const COLUMNS: Column<Row>[] = [
  { id: "name", title: "Name", width: "1.6fr", wrap: true, cell: (row) => <Link to={row.own ? `/detections/${row.own.id}` : `/detections/new#pack=${row.name}`}>{row.name}</Link> },
  { id: "title", title: "What it finds", width: "2.4fr", wrap: true, cell: (row) => row.title },
  {
    id: "level",
    title: "Level",
    width: "100px",
    cell: (row) => {
      const level = levelsOf(row);
      return level !== undefined && isState(level) ? <Status state={level} /> : "";
    },
  },
  {
    id: "state",
    title: "State",
    width: "130px",
    cell: (row) => (row.own?.document.disabled && row.name !== ALWAYS ? <Badge icon="pause" tone="warn">Switched off</Badge> : <Badge icon="check" tone="allow">Active</Badge>),
  },
  { id: "kind", title: "From", width: "150px", cell: (row) => (row.packed ? row.own ? <Badge tone="accent">Pack, overridden</Badge> : <Badge icon="lock">Pack</Badge> : <Badge>Own</Badge>) },
  { id: "origin", title: "Managed by", width: "110px", cell: (row) => (row.own ? <Origin value={row.own.origin} /> : <Origin value="built-in" />) },
];

/** Rules that look at everything that comes on record: one's own, and those that come with Casemate. */
export function DetectionListPage() {
  const [state, setState] = useFragmentState(DEFAULTS);
  const router = useRouter();
  const may = useMayWrite("detection");
  const pack = usePack();
  const own = useSearch("/api/v1/detections/search", { sort: "name" }, { limit: 1000 });
  const create = () => may.create && void router.navigate({ to: "/detections/new", search: true } as never);
  useKey("c", create);
  const isKnown = pack.data !== undefined && !own.isLoading;
  const stored = own.items as Detection[];
  const rows: Row[] = [
    ...stored.map((detection): Row => {
      const packed = pack.data?.find(({ name }) => name === detection.name);
      return { name: detection.name, title: detection.document.title ?? packed?.rules[0]?.title ?? /^title:\s*(.+)$/m.exec(detection.document.rules ?? "")?.[1] ?? "", own: detection, ...(packed ? { packed } : {}) };
    }),
    ...(pack.data ?? []).filter(({ name }) => !stored.some((one) => one.name === name)).map((packed): Row => ({ name: packed.name, title: packed.rules.map(({ title }) => title).join(". "), packed })),
  ];
  const search = state.search.toLowerCase();
  const shown = rows.filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(search));
  return (
    <Page
      actions={
        may.create && (
          <LinkButton icon="plus" kind="primary" to="/detections/new">
            New detection
          </LinkButton>
        )
      }
      commands={may.create ? [{ title: "New detection", icon: "plus", run: create }] : []}
      description="Sigma rules over everything that comes on record, as it comes. What they find is an alert."
      title="Detections"
    >
      <Filters end={<ExportMenu asked={own.asked} name="detections" />} onReset={search === "" ? undefined : () => setState({ search: "" })}>
        <SearchField label="Search name or title" onChange={(text) => setState({ search: text })} value={state.search} />
      </Filters>
      <Table
        columns={COLUMNS}
        empty={
          <EmptyState icon="search" title="No detection fits">
            No rule has a name or title like that.
          </EmptyState>
        }
        label="Detections"
        list={fixedList(isKnown ? shown : undefined, {
          error: own.error ?? pack.error,
          retry: () => {
            own.retry();
            void pack.refetch();
          },
        })}
        rowId={({ name }) => name}
        to={(row) => (row.own ? `/detections/${row.own.id}` : `/detections/new#pack=${row.name}`)}
      />
    </Page>
  );
}
