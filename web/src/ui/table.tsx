import { useRouter } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, type MouseEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Listed } from "../api/pages";
import { cx } from "./cx";
import { ErrorState } from "./error-notice";
import { Icon } from "./icon";
import { isTyping, useKey } from "./keys";
import { Skeleton } from "./skeleton";
import styles from "./table.module.css";
import { useIsNarrow } from "./narrow";

export interface Column<T> {
  id: string;
  title: string;
  cell: (item: T) => ReactNode;
  /** A track of a CSS grid: `2fr` (`minmax(0,2fr)`), `120px`, `max-content`. `1fr` where nothing is said. */
  width?: string;
  /** The API's name of the order, such as `login`; `-login` turns it around. */
  sort?: string;
  /** At the end of its column: numbers, buttons. */
  end?: boolean;
  /** Breaks into lines where it is long. */
  wrap?: boolean;
  /** On small screens without its title before it. The first column always is. */
  plain?: boolean;
  /** On small screens at the corner of the card: how an entry is, in a word. */
  corner?: boolean;
}

export interface TableProps<T> {
  /** What it lists: "Users". */
  label: string;
  list: Pick<Listed<T>, "items" | "isLoading" | "error" | "hasMore" | "more" | "retry"> & { isFetching?: boolean };
  columns: readonly Column<T>[];
  rowId: (item: T) => string;
  /** Where Enter and a click on a row lead. The first cell should hold a link there too. */
  to?: (item: T) => string;
  /** In place of leading somewhere. */
  onOpen?: (item: T) => void;
  sort?: string;
  onSort?: (sort: string) => void;
  /** In place of rows where there are none. */
  empty: ReactNode;
  /** Within a panel: no frame of its own, no count. */
  bare?: boolean;
  /** The row that is open beside the list. */
  selected?: string | undefined;
}

const ROW = 40;
const CARD = 118;

/** A list: rows that are drawn where they are seen, and read from the server as they are come to. `j`, `k`, arrows, Home, End, Enter. */
export function Table<T>({ label, list, columns, rowId, to, onOpen, sort, onSort, empty, bare, selected }: TableProps<T>) {
  const { items, isLoading, error, hasMore, more, retry } = list;
  const router = useRouter();
  const isNarrow = useIsNarrow();
  const rows = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [current, setCurrent] = useState(0);
  const wanted = useRef<number | undefined>(undefined);

  useLayoutEffect(() => {
    const top = rows.current?.getBoundingClientRect().top;
    if (top !== undefined && Math.abs(top + scrollY - margin) > 1) setMargin(top + scrollY);
  });
  // The same function for the same rows: with another one, the places of all of them are reckoned anew.
  const idOf = useRef(rowId);
  idOf.current = rowId;
  const getItemKey = useCallback((index: number) => idOf.current(items[index] as T), [items]);
  const gap = isNarrow && !bare ? 8 : 0;
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => (isNarrow ? CARD : ROW),
    getItemKey,
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: 110,
    scrollPaddingEnd: 24,
    gap,
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn[drawn.length - 1]?.index ?? -1;
  useEffect(() => {
    if (hasMore && last >= items.length - 20) more();
  }, [hasMore, last, items.length]);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const row = rows.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (row) {
      row.focus({ preventScroll: true });
      wanted.current = undefined;
    }
  });

  const go = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    setCurrent(next);
    virtual.scrollToIndex(next, { align: "auto" });
    const row = rows.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
    if (row) row.focus({ preventScroll: true });
    // It is drawn first.
    else wanted.current = next;
  };
  const open = (item: T) => {
    if (onOpen) onOpen(item);
    else if (to) void router.navigate({ to: to(item), search: true } as never);
  };
  const pressed = (event: KeyboardEvent) => {
    if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    const index = Number((event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"] ?? current);
    const moves: Record<string, number> = { j: index + 1, ArrowDown: index + 1, k: index - 1, ArrowUp: index - 1, Home: 0, End: items.length - 1 };
    const next = moves[event.key];
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      go(next);
    } else if (event.key === "Enter" && (event.target as HTMLElement).dataset["index"] !== undefined) {
      event.preventDefault();
      const item = items[index];
      if (item !== undefined) open(item);
    }
  };
  useKey("j", () => !bare && items.length > 0 && go(current));

  if (error && items.length === 0) return <ErrorState compact={bare ?? false} error={error} onRetry={retry} />;
  if (!isLoading && items.length === 0 && !hasMore) return <>{empty}</>;
  const template = columns.map(({ width = "1fr" }) => (/^[\d.]+fr$/.test(width) ? `minmax(0, ${width})` : width)).join(" ");
  return (
    <div className={cx(styles.frame, bare && styles.bare)}>
      <div aria-busy={isLoading} aria-label={label} aria-rowcount={hasMore ? -1 : items.length + 1} onKeyDown={pressed} role="grid" style={{ "--columns": template } as CSSProperties}>
        <div className={styles.head} role="rowgroup">
          <div aria-rowindex={1} className={styles.line} role="row">
            {columns.map((column) => (
              <ColumnHeader column={column} key={column.id} onSort={onSort} sort={sort} />
            ))}
          </div>
        </div>
        {isLoading ? (
          <SkeletonRows columns={columns} rows={bare ? 4 : 10} />
        ) : (
          <div className={styles.rows} ref={rows} role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {drawn.map(({ index, key, start }) => {
              const item = items[index] as T;
              return (
                <div
                  aria-rowindex={index + 2}
                  aria-selected={selected === undefined ? undefined : rowId(item) === selected}
                  className={cx(styles.row, styles.line)}
                  data-index={index}
                  key={key}
                  onClick={(event) => {
                    if (!(event.target as HTMLElement).closest("a,button,label,input") && getSelection()?.isCollapsed !== false) open(item);
                  }}
                  onFocus={() => setCurrent(index)}
                  ref={virtual.measureElement}
                  role="row"
                  style={{ transform: `translateY(${start - margin}px)` }}
                  tabIndex={index === Math.min(current, items.length - 1) ? 0 : -1}
                >
                  {columns.map((column, place) => {
                    const content = column.cell(item);
                    // In a card, what is empty has no label either.
                    const isEmpty = content === null || content === undefined || content === "" || content === false;
                    return (
                      <div className={cx(styles.cell, column.end && styles.end, column.wrap && styles.wrap, column.corner && styles.corner)} key={column.id} onMouseEnter={sayCut} role="gridcell">
                        {place > 0 && !column.plain && !(column.corner && isNarrow) && column.title !== "" && !isEmpty && (
                          <span aria-hidden="true" className={styles.cellLabel}>
                            {column.title}
                          </span>
                        )}
                        {content}
                      </div>
                    );
                  })}
                </div>
              );
            })}
          </div>
        )}
      </div>
      {!bare && !isLoading && (
        <div className={styles.foot} role="status">
          <span>{hasMore ? `${items.length} so far; more come as you scroll` : `${items.length} in all`}</span>
        </div>
      )}
      {error && <ErrorState compact error={error} onRetry={retry} />}
    </div>
  );
}

/** What is cut at the end of its column is said in full to whoever points at it. */
function sayCut({ currentTarget: cell }: MouseEvent<HTMLElement>) {
  const isCut = cell.scrollWidth > cell.clientWidth || [...cell.querySelectorAll("*")].some((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).textOverflow === "ellipsis");
  if (isCut) cell.title = cell.innerText;
  else cell.removeAttribute("title");
}

function ColumnHeader<T>({ column, sort, onSort }: { column: Column<T>; sort: string | undefined; onSort: ((sort: string) => void) | undefined }) {
  const direction = column.sort === undefined ? undefined : sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : "none";
  return (
    <div aria-sort={direction} className={cx(styles.columnHeader, column.end && styles.end)} role="columnheader">
      {direction === undefined || !onSort ? (
        column.title === "" ? <span className="hidden">Actions</span> : column.title
      ) : (
        <button className={cx(styles.sort, direction !== "none" && styles.sorted)} onClick={() => onSort(direction === "ascending" ? `-${column.sort}` : (column.sort ?? ""))} type="button">
          {column.title}
          {direction !== "none" && <Icon name={direction === "ascending" ? "chevronUp" : "chevronDown"} size={12} />}
        </button>
      )}
    </div>
  );
}

function SkeletonRows<T>({ columns, rows }: { columns: readonly Column<T>[]; rows: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div className={cx(styles.skeletonRow, styles.line)} key={row}>
          {columns.map((column, place) => (
            <div className={styles.cell} key={column.id}>
              <Skeleton width={`${[68, 46, 74, 52, 60][(row + place) % 5]}%`} />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** Something that is no list of the API, for `<Table>`. */
export function fixedList<T>(items: readonly T[] | undefined, rest: { error?: Listed<T>["error"]; retry?: () => void } = {}): TableProps<T>["list"] {
  return { items: [...(items ?? [])], isLoading: items === undefined && !rest.error, error: rest.error ?? null, hasMore: false, more: () => undefined, retry: rest.retry ?? (() => undefined) };
}
