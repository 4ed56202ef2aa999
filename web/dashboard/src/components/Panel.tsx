import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Panel.module.css';

interface Props {
  title?: string;
  actions?: ReactNode;
  flush?: boolean; // the content reaches the edges
  children: ReactNode;
}

export function Panel({ title, actions, flush, children }: Props) {
  return (
    <section className="panel">
      {(title ?? actions) && (
        <Group justify="space-between" className={classes.head}>
          {title && (
            <Title order={2} fz={15}>
              {title}
            </Title>
          )}
          {actions}
        </Group>
      )}
      <div className={flush ? classes.flush : classes.content}>{children}</div>
    </section>
  );
}
