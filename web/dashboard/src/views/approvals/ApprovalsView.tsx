import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { approvalsQuery } from '../../api/reconciliation';
import { ApprovalList } from '../../components/ApprovalList';
import { EmptyState } from '../../components/EmptyState';
import { PageHeader } from '../../components/PageHeader';
import { QueryBoundary } from '../../components/QueryBoundary';

export default function ApprovalsView() {
  const query = useQuery(approvalsQuery);
  return (
    <>
      <PageHeader title="Approvals" description="Changes that wait until somebody agrees (strategy Manual)" />
      <QueryBoundary query={query}>
        {(approvals) => {
          const pending = approvals.filter((approval) => approval.state === 'Pending');
          const decided = approvals.filter((approval) => approval.state !== 'Pending');
          return (
            <Stack gap="md">
              {pending.length === 0 ? (
                <EmptyState icon="approvals" title="Nothing waits for approval">
                  Give an instance, or the fleet, the strategy Manual, and its changes wait here.
                </EmptyState>
              ) : (
                <ApprovalList approvals={pending} />
              )}
              {decided.length > 0 && (
                <>
                  <Text fw={600}>Decided</Text>
                  <ApprovalList approvals={decided} />
                </>
              )}
            </Stack>
          );
        }}
      </QueryBoundary>
    </>
  );
}
