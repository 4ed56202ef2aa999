import { useQuery, useQueryClient } from '@tanstack/react-query';
import { fleetPolicyQuery, saveFleetPolicy } from '../../api/reconciliation';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { PolicyParts } from '../../components/policy/PolicyParts';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function PolicyView() {
  const client = useQueryClient();
  const query = useQuery(fleetPolicyQuery);
  return (
    <>
      <PageHeader
        title="Policy"
        description="The rules of reconciliation for the whole fleet. An instance's own policy goes before them."
      />
      <Panel title="Fleet">
        <QueryBoundary query={query}>
          {({ own, effective, version }) => (
            <PolicyParts
              own={own}
              effective={effective}
              next="the reconciler"
              columns={2}
              onSave={async (policy) => {
                await saveFleetPolicy(policy, version);
                await client.invalidateQueries({ queryKey: ['reconciliation'] });
              }}
            />
          )}
        </QueryBoundary>
      </Panel>
    </>
  );
}
