import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import { EmptyState } from '../components/EmptyState';

export function NotFound() {
  return (
    <EmptyState
      icon="search"
      title="There is no such view"
      action={
        <Button component={Link} to="/">
          To the fleet
        </Button>
      }
    />
  );
}
