import { useQuery, useQueryClient } from '@tanstack/react-query';
import { policyQuery, savePolicy } from '../../../api/reconciliation';
import type { Instance } from '../../../api/types';
import { Panel } from '../../../components/Panel';
import { PolicyForm } from '../../../components/policy/PolicyForm';
import { QueryBoundary } from '../../../components/QueryBoundary';

export function PolicyPanel({ instance: { id } }: { instance: Instance }) {
  const client = useQueryClient();
  const query = useQuery(policyQuery(id));
  return (
    <Panel title="Policy">
      <QueryBoundary query={query}>
        {({ own, effective, version }) => (
          <PolicyForm
            key={version}
            own={own}
            effective={effective}
            next="the fleet"
            onSave={async (policy) => {
              await savePolicy(id, policy, version);
              await client.invalidateQueries({ queryKey: ['instance', id] });
            }}
          />
        )}
      </QueryBoundary>
    </Panel>
  );
}
