import { Anchor } from '@mantine/core';
import { Link } from 'react-router-dom';
import { instancePath } from '../app/paths';

interface Props {
  id: string;
  tab?: string;
}

// In one line, so that a table keeps its rows low: an id may be 63 characters long.
export function InstanceLink({ id, tab }: Props) {
  return (
    <Anchor
      component={Link}
      to={instancePath(id) + (tab ? `/${tab}` : '')}
      title={id}
      size="sm"
      truncate
      display="block"
      maw={220}
    >
      {id}
    </Anchor>
  );
}
