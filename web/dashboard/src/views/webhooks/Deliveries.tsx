import { PlainTable } from '../../components/PlainTable';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { deliveriesQuery } from '../../api/operations';
import { QueryBoundary } from '../../components/QueryBoundary';
import { ToneBadge } from '../../components/StatusBadge';
import { Time } from '../../components/Time';

const SHOWN = 5;

export function Deliveries({ webhookId }: { webhookId: string }) {
  const query = useQuery({ ...deliveriesQuery(webhookId), refetchInterval: 10_000 });
  return (
    <QueryBoundary query={query}>
      {(deliveries) =>
        deliveries.length === 0 ? (
          <Text size="sm" c="dimmed">
            Nothing was delivered yet.
          </Text>
        ) : (
          <PlainTable columns={['When', 'Event', 'Outcome', 'Attempt']}>
            {deliveries.slice(0, SHOWN).map((delivery) => (
              <tr key={`${delivery.id ?? ''}-${delivery.attempt ?? 0}`}>
                <td>
                  <Time at={delivery.at} />
                </td>
                <td>{delivery.event}</td>
                <td>
                  <ToneBadge tone={delivery.delivered ? 'ok' : 'bad'}>
                    {delivery.delivered ? 'Delivered' : 'Failed'}
                  </ToneBadge>{' '}
                  {delivery.error ?? delivery.status}
                </td>
                <td className="numeric">{delivery.attempt}</td>
              </tr>
            ))}
          </PlainTable>
        )
      }
    </QueryBoundary>
  );
}
