import type { AnyRoute } from "@tanstack/react-router";
import type { IconName } from "../ui/icon";

export const SECTIONS = ["home", "access", "audit", "settings"] as const;
export type Section = (typeof SECTIONS)[number];
export const SECTION_TITLES: Record<Section, string> = { home: "", access: "Access", audit: "Audit", settings: "Settings" };

/** A line of the navigation, and of the palette. */
export interface NavEntry {
  section: Section;
  title: string;
  /** The path of the page: "/users". */
  to: string;
  icon: IconName;
  /** Who may not do this does not see it: "casemate.user.list". */
  permission?: string;
  /** Place within the section, small numbers first. */
  order: number;
  /** Other words by which the palette finds it. */
  words?: string;
}

/** Something that the palette found. */
export interface Found {
  title: string;
  help?: string;
  to: string;
}

/** Finds things by what is typed into the palette. */
export interface Finder {
  title: string;
  icon: IconName;
  permission: string;
  find: (text: string, signal: AbortSignal) => Promise<Found[]>;
}

/** What a folder of `features/` hands out. */
export interface Area {
  routes: readonly AnyRoute[];
  nav: readonly NavEntry[];
  finders?: readonly Finder[];
}

/** What the shell knows of all areas. */
export interface Areas {
  nav: readonly NavEntry[];
  finders: readonly Finder[];
}
