/** Outlines on a grid of 16 by 16. */
const OUTLINES = {
  activity: "M1.5 8.5h3l2-5.5 3 10 2-4.5h3",
  alert: "M8 2.2 14.4 13.3H1.6zM8 6.4v3.2M8 11.4v.1",
  application: "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
  arrowLeft: "M13 8H3M7 4 3 8l4 4",
  arrowRight: "M3 8h10M9 4l4 4-4 4",
  ban: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.8 3.8l8.4 8.4",
  bell: "M4 11.2V7.3a4 4 0 0 1 8 0v3.9l1.2 1.3H2.8zM6.6 14.2h2.8",
  building: "M3.5 13.8V2.5h6v11.3M9.5 6h3v7.8M2 13.8h12M5.6 5h1.8M5.6 7.7h1.8M5.6 10.4h1.8",
  check: "M3 8.6 6.4 12 13 4.5",
  chevronDown: "M4 6l4 4 4-4",
  chevronLeft: "M10 4 6 8l4 4",
  chevronRight: "M6 4l4 4-4 4",
  chevronUp: "M4 10l4-4 4 4",
  circleCheck: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.4 8.2 7.2 10l3.5-3.9",
  circleX: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6 6l4 4M10 6l-4 4",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8V8l2.2 1.6",
  code: "M5.2 4.5 1.8 8l3.4 3.5M10.8 4.5 14.2 8l-3.4 3.5",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  dot: "M8 7a1 1 0 1 0 0 2 1 1 0 0 0 0-2z",
  download: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11",
  edit: "M10.6 2.8l2.6 2.6-7.6 7.6-3.3.7.7-3.3z",
  external: "M9 2.5h4.5V7M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  file: "M3.5 1.8h6l3 3v9.4h-9zM9.3 2v3h3",
  filter: "M2 4h12M4.5 8h7M6.8 12h2.4",
  group: "M8 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM4.5 13c.3-2.3 1.6-3.6 3.5-3.6s3.2 1.3 3.5 3.6zM3 5.2a1.5 1.5 0 0 0 0 2.8M1 12c.1-1.3.7-2.2 1.7-2.7M13 5.2a1.5 1.5 0 0 1 0 2.8M15 12c-.1-1.3-.7-2.2-1.7-2.7",
  history: "M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.3 2.5v2.7H5M8 5v3.2l2.2 1.3",
  home: "M2.5 7 8 2.5 13.5 7v6.5h-11zM6.3 13.5V9.5h3.4v4",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.2v3.6M8 5.1v.1",
  key: "M5 8.5a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM6.9 9.3 13.3 2.9M10.6 5.6l2 2M8.8 7.4l1.2 1.2",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M6.6 6.5h.1M9.3 6.5h.1M11.9 6.5h.1M5 9.5h6",
  link: "M6.7 9.3 9.3 6.7M7.3 4.8l1.6-1.6a2.7 2.7 0 0 1 3.9 3.9l-1.6 1.6M8.7 11.2l-1.6 1.6a2.7 2.7 0 0 1-3.9-3.9l1.6-1.6",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1",
  lock: "M3.5 7h9v6.5h-9zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  monitor: "M2 3h12v8H2zM5.5 13.5h5M8 11v2.5",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
  more: "M3.5 8h.1M8 8h.1M12.5 8h.1",
  network: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c2 1.8 2.6 3.8 2.6 6S10 12.2 8 14M8 2C6 3.8 5.4 5.8 5.4 8S6 12.2 8 14",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2 12.5 8 5 12.8z",
  plus: "M8 3v10M3 8h10",
  refresh: "M13.5 8a5.5 5.5 0 1 1-1.8-4.1M13.7 2.5v2.7H11",
  role: "M8 1.9l5 1.8v3.9c0 3.2-2 5.4-5 6.5-3-1.1-5-3.3-5-6.5V3.7zM5.8 7.9 7.4 9.5l2.9-3.2",
  robot: "M3 5.5h10v7.5H3zM8 5.5V3M8 2.6v.1M6 8.5v1M10 8.5v1M1.5 8.5v2M14.5 8.5v2",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14",
  send: "M14 2 7 9M14 2 9.6 14 7 9 2 6.4z",
  session: "M2 3h12v10H2zM2 6h12M4.2 4.5h.1M6 4.5h.1",
  shield: "M8 1.9l5 1.8v3.9c0 3.2-2 5.4-5 6.5-3-1.1-5-3.3-5-6.5V3.7z",
  signOut: "M6.5 2.5h-4v11h4M6.5 8h7.5M11 5l3 3-3 3",
  sliders: "M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14M10.2 2.9v3.2M5.8 9.9v3.2",
  source: "M8 2c3 0 5.5.9 5.5 2S11 6 8 6 2.5 5.1 2.5 4 5 2 8 2zM2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2",
  star: "M8 2.2l1.8 3.7 4 .6-2.9 2.8.7 4L8 11.4l-3.6 1.9.7-4L2.2 6.5l4-.6z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  terminal: "M2 3h12v10H2zM4.5 6 6.5 8l-2 2M8 10.2h3",
  trash: "M2.5 4.2h11M6 4V2.5h4V4M4 4.2l.6 9.3h6.8l.6-9.3M6.7 7v4M9.3 7v4",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  unlock: "M3.5 7h9v6.5h-9zM5.3 7V5a2.7 2.7 0 0 1 5.2-1",
  upload: "M8 10.2V2M4.8 5.2 8 2l3.2 3.2M2.5 13.5h11",
  user: "M8 2.5a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4zM2.8 13.6c.5-2.6 2.4-4 5.2-4s4.7 1.4 5.2 4z",
  users: "M6 3a2.4 2.4 0 1 0 0 4.8A2.4 2.4 0 0 0 6 3zM1.5 13.3c.4-2.4 2-3.7 4.5-3.7s4.1 1.3 4.5 3.7zM10.8 3.2a2.4 2.4 0 0 1 0 4.4M12.3 10c1.3.6 2 1.7 2.2 3.3",
  x: "M4 4l8 8M12 4l-8 8",
} as const;

export type IconName = keyof typeof OUTLINES;

/** A sign beside words: it says nothing by itself, and screen readers pass over it. */
export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string | undefined }) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      fill="none"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeLinejoin="round"
      strokeWidth={name === "more" || name === "dot" ? 2.2 : 1.5}
      viewBox="0 0 16 16"
      width={size}
    >
      <path d={OUTLINES[name]} />
    </svg>
  );
}
