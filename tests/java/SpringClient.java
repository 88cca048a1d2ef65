import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.kafka.support.TopicPartitionOffset;

/**
 * Request and reply by Spring's own template, all requests in flight at once.
 *
 *   java SpringClient.java BOOTSTRAP COMMANDS REPLIES PARTITION
 *
 * A command a line from standard input; in the same order, the event that each future got.
 */
class SpringClient {
    static final Duration PATIENCE = Duration.ofSeconds(40);

    public static void main(String[] args) throws Exception {
        String bootstrap = args[0], commands = args[1], replies = args[2];
        int partition = Integer.parseInt(args[3]);

        var producers = new DefaultKafkaProducerFactory<String, String>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new StringSerializer());
        var consumers = new DefaultKafkaConsumerFactory<String, String>(
                Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed"), new StringDeserializer(),
                new StringDeserializer());
        var properties = new ContainerProperties(
                new TopicPartitionOffset(replies, partition, TopicPartitionOffset.SeekPosition.BEGINNING));
        properties.setGroupId(replies);
        var container = new KafkaMessageListenerContainer<>(consumers, properties);
        var template = new ReplyingKafkaTemplate<>(producers, container);
        template.setDefaultReplyTimeout(PATIENCE);
        template.afterPropertiesSet();
        template.start();
        try {
            if (!template.waitForAssignment(PATIENCE))
                throw new IllegalStateException("no partition of " + replies);
            var requests = new BufferedReader(new InputStreamReader(System.in)).lines()
                    .map(line -> template.sendAndReceive(new ProducerRecord<String, String>(commands, line)))
                    .toList();
            for (var request : requests)
                System.out.println(request.get().value());
        } finally {
            template.stop();
            template.destroy();
            producers.destroy();
        }
    }
}
