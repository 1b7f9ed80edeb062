// trainyard-broker: the only part of Trainyard that is root. See trainyard-broker(8) and record.h.
#include "daemon/broker/broker.h"

int main(int count, char** words) {
  trainyard::Broker broker(trainyard::read_options(count, words));
  broker.serve();
}
