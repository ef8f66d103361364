# One image for every process; the command says which. See docker-compose.yml.
FROM python:3.13-slim

RUN useradd --create-home --uid 10001 hearthwatch
WORKDIR /opt/hearthwatch

COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --no-cache-dir --requirement requirements/runtime.txt "setuptools>=80"

COPY pyproject.toml README.md ./
COPY alerts alerts
COPY api api
COPY benchmarks benchmarks
COPY cli cli
COPY customers customers
COPY devices devices
COPY ingest ingest
COPY models models
COPY runtime runtime
COPY simulator simulator
COPY storage storage
COPY tickets tickets
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

# The volume with the broker's password file: written by uid 1883, which Mosquitto runs as.
RUN install --directory --owner=1883 --group=1883 --mode=0700 /var/lib/hearthwatch/broker

# A volume that is mounted here takes over the owner.
RUN mkdir --mode=700 /home/hearthwatch/state && chown hearthwatch /home/hearthwatch/state
USER hearthwatch
ENV HEARTHWATCH_HOME=/home/hearthwatch/state HEARTHWATCH_LOG_JSON=true
ENTRYPOINT ["hearthwatch"]
