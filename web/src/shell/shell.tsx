import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Outlet, useLocation, useRouter } from "@tanstack/react-router";
import { type ReactNode, Suspense, lazy, useEffect, useRef, useState } from "react";
import type { ApiError } from "../api/error";
import { forgetFormer } from "../api/former";
import { useIsHeld } from "../api/held";
import { type Me, meQuery, useAllowed, useAreRightsKnown } from "../api/me";
import { goAndSignIn, isSame } from "../api/signing-in";
import { Button, IconButton } from "../ui/button";
import { cx } from "../ui/cx";
import { EmptyState } from "../ui/empty-state";
import { ErrorNotice, ErrorState } from "../ui/error-notice";
import { isTyping } from "../ui/keys";
import { Link } from "../ui/link";
import { Notice } from "../ui/notice";
import { Page } from "../ui/page";
import { SkeletonLines } from "../ui/skeleton";
import { Toasts, toast } from "../ui/toast";
import type { Areas } from "./area";
import { Bar } from "./bar";
import { Mark } from "./mark";
import styles from "./shell.module.css";

/** What the first press or pointer wants, fetched when the page has nothing else to do. */
const LATER = [() => import("../ui/menu-list"), () => import("../ui/tooltip-bubble"), () => import("./palette")];
/** When it is fetched even so, in milliseconds. */
const LATEST = 5_000;

const Drawer = lazy(() => import("../ui/drawer"));
const readPalette = () => import("./palette");
const Palette = lazy(readPalette);
const KeysHelp = lazy(() => import("./keys-help"));

/** What is around every page. It shows nothing of the console before it is known who is there. */
export function Shell() {
  const me = useQuery(meQuery);
  const path = useLocation({ select: (location) => location.pathname });
  const isAnonymous = me.data?.type === "anonymous";
  useEffect(() => {
    if (isAnonymous) goAndSignIn();
  }, [isAnonymous]);
  // What was typed stays, until it is saved or given up, or somebody signed in again.
  const isGone = me.error?.wantsSignIn === true;
  const isHeld = useIsHeld();
  useEffect(() => {
    if (isGone && !isHeld) goAndSignIn();
  }, [isGone, isHeld]);
  useOther(me.data);
  // It is for a second tab, and says the same to everybody.
  if (path.endsWith("/signed-in")) return <Outlet />;
  if (me.error && me.data === undefined && !me.error.wantsSignIn) {
    return (
      <main className={styles.whole}>
        <ErrorState error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  }
  if (me.data === undefined || isAnonymous) return <main aria-busy className={styles.whole} />;
  return <SignedIn path={path} wrong={me.error && <Wrong error={me.error} retry={() => void me.refetch()} />} />;
}

/** Says so where somebody else is there than was before: another tab signed them in. */
function useOther(me: Me | undefined): void {
  const queries = useQueryClient();
  const before = useRef(me);
  useEffect(() => {
    if (before.current !== undefined && me !== undefined && !isSame(before.current, me)) {
      void forgetFormer(queries);
      toast(`${me.display_name ?? me.login ?? me.id ?? me.type} is signed in now`);
    }
    before.current = me ?? before.current;
  }, [me, queries]);
}

/** Above a page that stays as it is, though it is not known any more who is there. */
function Wrong({ error, retry }: { error: ApiError; retry: () => void }) {
  const queries = useQueryClient();
  return (
    <div className={styles.wrong}>
      {error.wantsSignIn ? (
        <ErrorNotice error={error} onRetry={() => void queries.invalidateQueries()} reads />
      ) : (
        <Notice
          actions={
            <Button onPress={retry} small>
              Try again
            </Button>
          }
          kind="warn"
          title={error.title}
        >
          What is shown was read before, and may have changed since.
        </Notice>
      )}
    </div>
  );
}

/** The page, where whoever is there may see it: what would be refused is not asked for. */
function Permitted({ path }: { path: string }) {
  const { nav } = useRouter().options.context as Areas;
  const here = path.replace(/^\/console(?=\/)/, "").replace(/(?<=.)\/$/, "");
  const entry = nav.find(({ to }) => to === here);
  const isAllowed = useAllowed(entry?.permission);
  const isKnown = useAreRightsKnown();
  if (entry?.permission !== undefined && !isKnown) return <div aria-busy className={styles.loading}><SkeletonLines lines={6} /></div>;
  if (entry === undefined || isAllowed !== false) return <Outlet />;
  return (
    <Page title={entry.title}>
      <EmptyState icon="lock" title="You may not see this">
        Ask an administrator for the permission <code>{entry.permission}</code>.
      </EmptyState>
    </Page>
  );
}

function SignedIn({ path, wrong }: { path: string; wrong: ReactNode }) {
  const [open, setOpen] = useState<"palette" | "keys" | "drawer" | undefined>();
  const main = useRef<HTMLElement>(null);
  const router = useRouter();
  const first = useRef(path);

  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((now) => (now === "palette" ? undefined : "palette"));
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"]')) return;
      if (event.key === "?") setOpen("keys");
      const search = event.key === "/" ? document.querySelector<HTMLInputElement>("[data-search-field]") : null;
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);

  // Whoever types at once after its key shall not lose the first letters: it is read before it is asked for.
  useEffect(() => {
    const timer = setTimeout(() => void readPalette().catch(() => undefined), 2000);
    return () => clearTimeout(timer);
  }, []);

  useEffect(() => {
    const fetchLater = () => void Promise.allSettled(LATER.map((one) => one()));
    // Safari has no such callback.
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(fetchLater, LATEST);
      return () => clearTimeout(timer);
    }
    const idle = requestIdleCallback(fetchLater, { timeout: LATEST });
    return () => cancelIdleCallback(idle);
  }, []);

  // Another page begins at its top, and is told to screen readers by its heading.
  useEffect(() => {
    setOpen(undefined);
    if (first.current === path) return;
    first.current = path;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  const bar = <Bar onKeys={() => setOpen("keys")} onPalette={() => setOpen("palette")} />;
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        Skip to the page
      </a>
      <header className={styles.top}>
        <IconButton icon="menu" label="Navigation" onPress={() => setOpen("drawer")} />
        <Link className={styles.brand} to="/">
          <Mark className={styles.mark} />
          Casemate
        </Link>
        <IconButton icon="search" label="Search or jump to" onPress={() => setOpen("palette")} />
      </header>
      <header className={styles.bar}>{bar}</header>
      <main className={styles.main} id="main" ref={main} tabIndex={-1}>
        {wrong}
        <Suspense fallback={<div className={styles.loading}><SkeletonLines lines={6} /></div>}>
          <Permitted path={path} />
        </Suspense>
      </main>
      <Suspense>
        {open === "drawer" && (
          <Drawer label="Navigation" onClose={() => setOpen(undefined)}>
            <div className={cx(styles.bar, styles.drawerBar)}>{bar}</div>
          </Drawer>
        )}
        {open === "palette" && <Palette areas={router.options.context} onClose={() => setOpen(undefined)} onKeys={() => setOpen("keys")} />}
        {open === "keys" && <KeysHelp onClose={() => setOpen(undefined)} />}
      </Suspense>
      <Toasts />
    </div>
  );
}

