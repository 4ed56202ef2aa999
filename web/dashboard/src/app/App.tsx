import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router-dom';
import { asProblem } from '../api/problem';
import { LiveProvider } from '../live/LiveContext';
import { router } from './routes';
import { theme, variables } from './theme';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always', // the control plane may be on this machine, whatever the network does
      refetchOnWindowFocus: false, // the event stream says what changes
      retry: (failures, error) => asProblem(error).isUnreachable || (asProblem(error).status >= 502 && failures < 2),
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5000),
    },
    mutations: { networkMode: 'always' },
  },
});

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={queryClient}>
        <LiveProvider>
          <RouterProvider router={router} future={{ v7_startTransition: false }} />
        </LiveProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
