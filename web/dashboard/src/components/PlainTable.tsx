import type { ReactNode } from 'react';

interface Props {
  columns: readonly (string | false)[]; // false: one that is left out
  actions?: string | undefined; // names one more column, whose title does not show
  region?: { label: string; maxHeight: number }; // scrolls within this height, by the keyboard, too
  testId?: string;
  children: ReactNode;
}

/** A short table that scrolls sideways where it does not fit; `children` are its rows. */
export function PlainTable({ columns, actions, region, testId, children }: Props) {
  const scrolls = region && {
    style: { maxHeight: region.maxHeight, overflowY: 'auto' as const },
    tabIndex: 0,
    role: 'region',
    'aria-label': region.label,
  };
  return (
    <div className="table-scroll" {...scrolls}>
      <table className="plain-table" data-testid={testId}>
        <thead>
          <tr>
            {columns.map(
              (title) =>
                title && (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ),
            )}
            {actions && <th scope="col" aria-label={actions} />}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
