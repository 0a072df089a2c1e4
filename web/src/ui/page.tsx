import { Fragment, type ReactNode, useEffect } from "react";
import { cx } from "./cx";
import { Icon } from "./icon";
import { type Action, usePageActions } from "./keys";
import { Link } from "./link";
import styles from "./page.module.css";

export interface PageProps {
  /** In `document.title` too. */
  title: string;
  /** Behind the title: how it is. */
  status?: ReactNode;
  /** What leads here, without the page itself: `[["Users", "/users"]]`. */
  breadcrumbs?: readonly (readonly [title: string, to: string])[];
  description?: ReactNode;
  /** Buttons at the end of the title's line. */
  actions?: ReactNode;
  /** What the palette offers on this page. */
  commands?: readonly Action[];
  /** For forms and texts. */
  narrow?: boolean;
  children: ReactNode;
}

/** From how many characters on a title may be cut, and is said in full to whoever points at it. */
const LONG = 90;

/** What every page is inside. */
export function Page({ title, status, breadcrumbs, description, actions, commands, narrow, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – Casemate`;
  }, [title]);
  usePageActions(commands);
  return (
    <div className={cx(styles.page, narrow && styles.narrow)}>
      <header className={styles.header}>
        {breadcrumbs && breadcrumbs.length > 0 && (
          <nav aria-label="Breadcrumbs">
            <ol className={styles.crumbs}>
              {breadcrumbs.map(([text, to], index) => (
                <Fragment key={to}>
                  <li>
                    <Link to={to}>{text}</Link>
                    {index < breadcrumbs.length - 1 && <Icon name="chevronRight" size={12} />}
                  </li>
                </Fragment>
              ))}
            </ol>
          </nav>
        )}
        <div className={styles.row}>
          <h1 className={styles.title} tabIndex={-1}>
            <span className={styles.text} title={title.length > LONG ? title : undefined}>
              {title}
            </span>
            {status}
          </h1>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </div>
        {description !== undefined && <p className={styles.description}>{description}</p>}
      </header>
      {children}
    </div>
  );
}

/** The main part of a page and, where there is room, another beside it. */
export function Split({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className={styles.split}>
      <div className={styles.stack}>{children}</div>
      <div className={styles.stack}>{aside}</div>
    </div>
  );
}

/** Parts of a page, one below the other. */
export function Stack({ children }: { children: ReactNode }) {
  return <div className={styles.stack}>{children}</div>;
}
