import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { EmptyState } from '../components/EmptyState';
import { useTitle } from '../components/useTitle';

interface Props {
  what?: string;
  back?: { to: string; label: string };
  children?: ReactNode;
}

export function NotFound({ what = 'view', back = { to: '/', label: 'To the fleet' }, children }: Props) {
  useTitle('Not found');
  return (
    <EmptyState
      icon="search"
      title={`There is no such ${what}`}
      action={
        <Button component={Link} to={back.to} mt="sm">
          {back.label}
        </Button>
      }
    >
      {children}
    </EmptyState>
  );
}
