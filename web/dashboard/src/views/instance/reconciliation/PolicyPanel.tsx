import { useQuery, useQueryClient } from '@tanstack/react-query';
import { fleetPolicyQuery, policyQuery, savePolicy } from '../../../api/reconciliation';
import type { Instance } from '../../../api/types';
import { Panel } from '../../../components/Panel';
import { PolicyParts } from '../../../components/policy/PolicyParts';
import { QueryBoundary } from '../../../components/QueryBoundary';

export function PolicyPanel({ instance: { id } }: { instance: Instance }) {
  const client = useQueryClient();
  const query = useQuery(policyQuery(id));
  const { data: fleet } = useQuery(fleetPolicyQuery);
  return (
    <Panel title="Policy">
      <QueryBoundary query={query}>
        {({ own, effective, version }) => (
          <PolicyParts
            key={id}
            own={own}
            effective={effective}
            next="the fleet"
            fleetPaused={fleet?.effective.paused === true}
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
