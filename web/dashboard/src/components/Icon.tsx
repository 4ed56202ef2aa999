// Line icons on a grid of 24, drawn here so that nothing has to be fetched.
const PATHS = {
  fleet: 'M4 6h16M4 12h16M4 18h16M7 6v0M7 12v0',
  events: 'M4 12h4l2-6 4 12 2-6h4',
  audit: 'M8 4h8l4 4v12H4V4h4m2 8h6m-6 4h6',
  rollouts: 'M4 18h4v-4h4v-4h4V6h4',
  approvals: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m-4-9 3 3 5-6',
  policy: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6zM9 12l2 2 4-4',
  platforms: 'M12 3 3 8l9 5 9-5-9-5M3 13l9 5 9-5',
  workers: 'M9 9h6v6H9zM5 5h14v14H5zM9 2v3m6-3v3M9 19v3m6-3v3M2 9h3m-3 6h3m14-6h3m-3 6h3',
  webhooks: 'M10 13a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 11a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1-1',
  settings: 'M4 7h10m4 0h2M4 17h2m4 0h10M14 4v6M6 14v6',
  book: 'M5 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H5zm14 0h-4a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h4z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14m5-2 4 4',
  plus: 'M12 5v14M5 12h14',
  play: 'M7 4v16l13-8z',
  stop: 'M6 6h12v12H6z',
  restart: 'M20 5v5h-5M20 10a8 8 0 1 0 0 5',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  download: 'M12 4v11m-5-5 5 5 5-5M4 20h16',
  upload: 'M12 16V5M7 9l5-5 5 5M4 20h16',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  columns: 'M4 5h16v14H4zM10 5v14M15 5v14',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10',
  source:
    'M12 4c5 0 8 1.500 8 3v10c0 1.500-3 3-8 3s-8-1.500-8-3V7c0-1.500 3-3 8-3M4 7c0 1.500 3 3 8 3s8-1.500 8-3M4 12c0 1.500 3 3 8 3s8-1.500 8-3',
  query: 'M4 5h16l-6 8v6l-4-2v-4z',
  reaction: 'M13 3 5 14h6l-1 7 8-11h-6z',
  pause: 'M8 5v14M16 5v14',
  check: 'M5 13l4 4L19 7',
  warning: 'M12 4 2.500 20h19zM12 10v4m0 3v.01',
  history: 'M4 5v5h5M4 10a8.500 8.500 0 1 1 1 5M12 8v4l3 2',
  edit: 'M4 20h4L19 9l-4-4L4 16z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
